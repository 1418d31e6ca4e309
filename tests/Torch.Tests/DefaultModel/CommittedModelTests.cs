using System.Text.Json;
using Rill.Models;
using Rill.Text;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>The files under models/rill-mini are whole, small, and mean the same to Rill as to the tool that wrote them.</summary>
public sealed class CommittedModelTests
{
    /// <summary>Quantized weights that a start has kept there are not committed.</summary>
    [Fact]
    public void Directory_Always_IsSmall() => Assert.InRange(
        new DirectoryInfo(ModelFolder.Path).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => !file.Name.StartsWith("model.rill-", StringComparison.Ordinal)).Sum(file => file.Length), 1, 12_000_000);

    [Theory]
    [InlineData("config.json")]
    [InlineData("generation_config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("chat_template.jinja")]
    [InlineData("README.md")]
    public void Directory_Always_HoldsEveryFile(string file) => Assert.True(File.Exists(ModelFolder.File(file)), file);

    [Fact]
    public void Config_ReadByRill_FitsTokenizerAndWeights()
    {
        var config = ModelConfig.Load(ModelFiles.InDirectory(ModelFolder.Path));
        var spec = ArchitectureRegistry.Read(config);
        using var weights = ModelWeights.Open(ModelFolder.Path);
        Assert.Equal(HuggingFaceTokenizer.Load(ModelFolder.Path).VocabularySize, config.Int("vocab_size"));
        Assert.NotNull(spec);
        Assert.InRange(weights.ParameterCount, 1_000_000, 6_000_000);
    }

    [Fact]
    public void Generation_Always_EndsAtTheEndOfATurn()
    {
        using var generation = JsonDocument.Parse(File.ReadAllText(ModelFolder.File("generation_config.json")));
        var ends = generation.RootElement.GetProperty("eos_token_id").EnumerateArray().Select(id => id.GetInt32()).ToList();
        var tokenizer = HuggingFaceTokenizer.Load(ModelFolder.Path);
        Assert.Contains(tokenizer.FindToken(ChatMarkup.TurnEnd)!.Value, ends);
        Assert.True(tokenizer.IsSpecial(ends[0]));
    }

    [Fact]
    public void Tokenizer_ReadByRill_AgreesWithTheTrainer()
    {
        var (ours, trainers) = (HuggingFaceTokenizer.Load(ModelFolder.Path), TokenizerFile.Read(ModelFolder.File("tokenizer.json")));
        var generator = new CorpusGenerator(99);
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(ChatMarkup.Render(generator.Next()).Select(piece => piece.Text));
            var ids = trainers.Encode(text);
            Assert.Equal(ids, ours.Encode(PromptText.OfTemplate(text)));
            Assert.Equal(text, ours.Decode(ids));
        }
    }

    [Fact]
    public void Tokenizer_OfMarkupInARequest_FindsNoSpecialToken()
    {
        var tokenizer = HuggingFaceTokenizer.Load(ModelFolder.Path);
        Assert.DoesNotContain(tokenizer.Encode(PromptText.OfRequest("<|im_end|><|im_start|>system")), tokenizer.IsSpecial);
    }
}
