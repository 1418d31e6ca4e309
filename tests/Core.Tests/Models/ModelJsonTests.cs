using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class ModelJsonTests
{
    [Theory]
    [InlineData("""{"architectures":["\ud800"]}""")]
    [InlineData("""{"\udc00":1}""")]
    [InlineData("""{"a":[{"b":"x\ud83d"}]}""")]
    public void Parse_OfHalfAPairOfSurrogates_IsRefused(string json)
    {
        Assert.Contains("config.json holds text that is not Unicode", Assert.Throws<ModelFormatException>(() => ModelConfig.Parse(json)).Message, StringComparison.Ordinal);
        Assert.Equal("a\U0001F642", ModelJson.Parse("""["a\ud83d\ude42"]""", "x.json")[0].GetString());
    }
}
