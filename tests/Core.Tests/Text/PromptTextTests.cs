using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class PromptTextTests
{
    [Fact]
    public void Constructor_OfNeighboursOfOneOrigin_JoinsThem()
    {
        var prompt = new PromptText([new("", true), new("a", false), new("", true), new("b", false), new("c", true), new("d", true), new("", false)]);

        Assert.Equal([new("ab", false), new("cd", true)], prompt.Runs);
        Assert.Equal("abcd", prompt.ToString());
    }

    [Fact]
    public void Constructor_OfNothing_HasNoRuns()
    {
        Assert.Empty(new PromptText([]).Runs);
        Assert.Equal("", PromptText.OfRequest("").ToString());
    }
}
