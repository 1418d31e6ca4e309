using System.Text;
using Rill.TrainModel.Evaluation;

namespace Rill.Torch.Tests.DefaultModel;

public sealed class ProbedAnswerTests
{
    [Theory]
    [InlineData("yyyyyyyyy", "cat", true)]
    [InlineData("yyyynnnyy", "cat", false)]
    [InlineData("yyyyyyyny", "cat", false)]    // it would go on after "cat"
    [InlineData("nnnnyyyyn", "cat", true)]
    [InlineData("yyyyyyyyy", "dog", false)]
    public void Has_APart_IsTrueWhereItAndItsEndAreRight(string right, string part, bool expected)
    {
        var offset = 0;
        Assert.Equal(expected, Probed("the cat!!", right).Has(part, ref offset));
    }

    [Fact]
    public void Has_APartTwice_FindsTheNextOneEachTime()
    {
        var answer = Probed("a1 a1", "yyynn");
        var offset = 0;
        Assert.True(answer.Has("a1", ref offset));
        Assert.False(answer.Has("a1", ref offset));
    }

    [Fact]
    public void IsRight_WithOneWrongByte_IsFalse()
    {
        Assert.True(Probed("ab", "yy").IsRight);
        Assert.False(Probed("ab", "yn").IsRight);
    }

    private static ProbedAnswer Probed(string text, string right) => new(Encoding.UTF8.GetBytes(text), [.. right.Select(mark => mark == 'y')], "");
}
