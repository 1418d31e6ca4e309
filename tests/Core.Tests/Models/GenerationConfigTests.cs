using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class GenerationConfigTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_OfBothFiles_GivesTheEndsOfBothWithTheirFiles()
    {
        File.WriteAllText(_directory.File("config.json"), """{"eos_token_id": 2}""");

        var generation = Load("""{"eos_token_id": [5, 2]}""");

        Assert.Equal([new(5, "generation_config.json"), new(2, "generation_config.json"), new(2, "config.json")], generation.EndTokens);
    }

    [Fact]
    public void Load_OfRecommendations_TakesThoseThatARequestMayHave()
    {
        var generation = Load("""{"temperature": 0.6, "top_p": 0.95, "top_k": 20, "min_p": 0, "repetition_penalty": 1.05}""");

        Assert.Equal((0.6f, 0.95f, 20, 0f, 1.05f), (generation.Temperature, generation.TopP, generation.TopK, generation.MinP, generation.RepetitionPenalty));
        Assert.Empty(generation.Notes);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Load_OfTopKThatIsOff_IsOff(int value)
    {
        var generation = Load($$"""{"top_k": {{value}}}""");

        Assert.Equal(0, generation.TopK);
        Assert.Empty(generation.Notes);
    }

    [Theory]
    [InlineData("temperature", "3.0")]
    [InlineData("temperature", "\"hot\"")]
    [InlineData("temperature", "1e999")]
    [InlineData("top_p", "1.5")]
    [InlineData("top_k", "-2")]
    [InlineData("top_k", "1.5")]
    [InlineData("top_k", "4294967296")]
    [InlineData("min_p", "-0.1")]
    [InlineData("repetition_penalty", "0")]
    public void Load_OfARecommendationThatNoRequestMayHave_PassesItOverWithANote(string name, string value)
    {
        var generation = Load($$"""{"{{name}}": {{value}}, "eos_token_id": 1}""");

        Assert.Equal((null, null, null, null, null), (generation.Temperature, generation.TopP, generation.TopK, generation.MinP, generation.RepetitionPenalty));
        Assert.Equal([$"generation_config.json recommends {name} {value}, which no request may ask for; it is passed over."], generation.Notes);
    }

    [Theory]
    [InlineData("""{"eos_token_id": "end"}""", "eos_token_id must be a token id")]
    [InlineData("""{"eos_token_id": [1, -1]}""", "eos_token_id must be a token id")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{", "not valid JSON")]
    public void Load_OfABrokenFile_NamesIt(string json, string expected)
    {
        var error = Assert.Throws<ModelFormatException>(() => Load(json));

        Assert.StartsWith("generation_config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private GenerationConfig Load(string json)
    {
        File.WriteAllText(_directory.File("generation_config.json"), json);
        return GenerationConfig.Load(_directory.Path);
    }
}
