using System.Text.Json;
using Rill.Models;
using Rill.Models.Gguf;
using Rill.Text;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>GGUF files of tiny models that llama.cpp has read, too.</summary>
public sealed class GgufModelFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string> Vectors() => [.. new[]
    {
        "llama-bf16", "llama-f16", "llama-f32", "llama-iq4_xs", "llama-q3_k", "llama-q4_0", "llama-q4_k", "llama-q4_k_m", "llama-q5_1", "llama-q6_k", "llama-q8_0",
        "qwen3-f32", "qwen3-iq4_nl", "qwen3-q2_k", "qwen3-q4_1", "qwen3-q4_k", "qwen3-q5_0", "qwen3-q5_k", "qwen3-q8_0",
    }];

    [SkippableTheory]
    [MemberData(nameof(Vectors))]
    public void Encode_OfAVector_GivesTheIdsOfLlamaCpp(string vector)
    {
        using var files = Place(vector);
        using var expected = JsonDocument.Parse(File.ReadAllText(Core.Tests.Vectors.Path("gguf", vector + ".json")));
        var tokenizer = HuggingFaceTokenizer.Load(files);

        foreach (var sample in expected.RootElement.GetProperty("tokenize_llamacpp").EnumerateArray())
        {
            var text = sample.GetProperty("text").GetString()!;
            var ids = tokenizer.Encode(PromptText.OfTemplate(text));
            IEnumerable<int> surrounded = sample.GetProperty("add_special").GetBoolean() ? [.. tokenizer.PrefixIds, .. ids, .. tokenizer.SuffixIds] : ids;
            Assert.Equal(sample.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), surrounded);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Vectors))]
    public void Check_OfAVector_FindsEveryTensorOfTheDecoder(string vector)
    {
        using var files = Place(vector);
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        using var weights = ModelWeights.Open(files, spec);

        DecoderTensors.Check(spec, weights);

        Assert.Equal(vector.StartsWith("llama", StringComparison.Ordinal), spec.Rotaries[0]!.Interleaved);
        Assert.Equal((2, 304, 512), (spec.LayerCount, spec.VocabularySize, spec.ContextLength));
        Assert.All(DecoderTensors.Of(spec), tensor => Assert.Equal(tensor.Shape.Aggregate(1L, (product, size) => product * size), weights.Get(tensor.Name, tensor.Shape).ElementCount));
    }

    [SkippableFact]
    public void Read_OfAVector_HasItsTemplateItsTokensAndItsEnds()
    {
        using var files = Place("llama-f32");
        var text = ModelText.Load(files);

        Assert.Equal(("<|begin_of_text|>", "<|end_of_text|>"), (text.Variables["bos_token"], text.Variables["eos_token"]));
        Assert.Equal([287, 288], GenerationConfig.Load(files).EndTokens.Select(end => end.Id));
        Assert.True(text.Tokenizer.IsSpecial(288));
        Assert.Contains("assistant", files.ReadText(ModelFileNames.TokenizerConfig), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    public void InDirectory_WithSafetensors_IsAsItIs(string weights)
    {
        File.WriteAllText(_directory.File("config.json"), "{}");
        File.WriteAllText(_directory.File(weights), "weights");
        File.WriteAllText(_directory.File("m.gguf"), "no such file");

        Assert.Equal("{}", ModelFiles.InDirectory(_directory.Path).ReadText(ModelFileNames.Config));
        Assert.IsNotType<GgufModelFiles>(ModelFiles.InDirectory(_directory.File("nowhere")));
    }

    /// <summary>Repositories of GGUF files hold the config.json of the model before its conversion.</summary>
    [Fact]
    public void InDirectory_WithAConfigAlone_TakesTheFilesOwn()
    {
        File.WriteAllText(_directory.File("config.json"), """{"architectures":["Unknown"]}""");
        File.WriteAllBytes(_directory.File("m.gguf"), GgufModels.Llama().ToArray());

        using var files = ModelFiles.InDirectory(_directory.Path);

        Assert.Equal("LlamaForCausalLM", ArchitectureRegistry.Read(ModelConfig.Load(files)).Architecture);
    }

    [Fact]
    public void Read_OfSeveralModels_IsRefused()
    {
        foreach (var name in (string[])["a.gguf", "b.gguf", "mmproj-a.gguf", "c-00002-of-00002.gguf"])
        {
            File.WriteAllText(_directory.File(name), "");
        }

        var message = Assert.Throws<ModelFormatException>(() => ModelConfig.Load(ModelFiles.InDirectory(_directory.Path))).Message;

        Assert.Contains("several models (a.gguf, b.gguf)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ChatTemplateBesideTheFile_ComesFirst()
    {
        File.WriteAllBytes(_directory.File("m.gguf"), GgufModels.Llama().With("tokenizer.chat_template", "theirs").ToArray());
        File.WriteAllText(_directory.File(ModelFileNames.ChatTemplate), "ours");

        using var files = ModelFiles.InDirectory(_directory.Path);

        Assert.Equal("ours", files.ReadText(ModelFileNames.ChatTemplate));
        Assert.True(files.Has(ModelFileNames.Config));
        Assert.False(files.Has(ModelFileNames.Tokenizer));
        Assert.True(files.Published > new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Contains("bytes of", files.Stamp(ModelFileNames.Config), StringComparison.Ordinal);
    }

    private ModelFiles Place(string vector)
    {
        File.Copy(Core.Tests.Vectors.Path("gguf", vector + ".gguf"), _directory.File("m.gguf"));
        return ModelFiles.InDirectory(_directory.Path);
    }
}
