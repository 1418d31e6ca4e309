using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class ComputeTypeTests : IDisposable
{
    private const int Rows = 4_096;
    private const int Columns = 8_200;    // 33.6 million parameters

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("BF16", 2, ComputeFormat.BFloat16)]
    [InlineData("F16", 2, ComputeFormat.Float32)]
    public void Default_OfPlainWeights_IsTheirOwnTypeOrF32(string type, int bytes, ComputeFormat expected)
    {
        Write("{}", new SafetensorsWriter.Entry("model.embed_tokens.weight", type, [Rows, Columns], new byte[(long)Rows * Columns * bytes]));

        Assert.Equal(expected, Default());
    }

    [Fact]
    public void Default_OfWeightsInEightBits_IsQ8()
    {
        Write(
            """{"quantization_config":{"quant_method":"fp8"}}""",
            new SafetensorsWriter.Entry("model.embed_tokens.weight", "BF16", [1, 1], new byte[2]),
            new SafetensorsWriter.Entry("model.norm.weight", "F8_E4M3", [Rows, Columns], new byte[(long)Rows * Columns]),
            SafetensorsWriter.Float32("model.norm.weight_scale_inv", [1], [1]));

        Assert.Equal(ComputeFormat.Q8, Default());
    }

    [Fact]
    public void Default_OfWeightsInFourBits_IsQ4()
    {
        Write(
            """{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":-1}}""",
            new SafetensorsWriter.Entry("a.qweight", "I32", [Columns / 8, Rows], new byte[(long)Rows * Columns / 2]),
            new SafetensorsWriter.Entry("a.qzeros", "I32", [1, Rows / 8], new byte[Rows / 2]),
            new SafetensorsWriter.Entry("a.scales", "F16", [1, Rows], new byte[Rows * 2]));

        Assert.Equal(ComputeFormat.Q4, Default());
    }

    // Two layers of 64 x 64 twice, 32 x 64 twice and 128 x 64 three times; embedding and head of 100 x 64, padded to 112 rows; five norms of 64.
    private const long Layers = 2 * ((2 * 64 * 64) + (2 * 32 * 64) + (3 * 128 * 64));
    private const long Vocabulary = 2 * 100 * 64, PaddedVocabulary = 2 * 112 * 64, Norms = 5 * 64 * 4;

    [Theory]
    [InlineData(ComputeFormat.Float32, ((Layers + Vocabulary) * 4) + Norms)]
    [InlineData(ComputeFormat.BFloat16, ((Layers + Vocabulary) * 2) + Norms)]
    [InlineData(ComputeFormat.Q8, ((Layers + PaddedVocabulary) * 34 / 32) + Norms)]
    [InlineData(ComputeFormat.Q4, (Layers * 18 / 32) + (PaddedVocabulary * 34 / 32) + Norms)]
    public void BytesOf_ASmallModel_CountsScalesAndPaddedRows(ComputeFormat format, long expected) =>
        Assert.Equal(expected, ComputeType.BytesOf(format, Architectures.Configs.Read("LlamaForCausalLM", """{"tie_word_embeddings":false}""")));

    [Theory]
    [InlineData(ComputeFormat.Float32, 2 * 2 * 2 * 16 * 4)]
    [InlineData(ComputeFormat.Q4, 2 * 2 * 2 * 16 * 2)]
    public void KeyValueBytesOf_ASmallModel_CountsKeysAndValuesOfAllLayers(ComputeFormat format, long expected) =>
        Assert.Equal(expected, ComputeType.KeyValueBytesOf(format, Architectures.Configs.Read("LlamaForCausalLM")));

    private void Write(string config, params SafetensorsWriter.Entry[] entries)
    {
        File.WriteAllText(_directory.File("config.json"), config);
        SafetensorsWriter.Write(_directory.File("model.safetensors"), entries);
    }

    private ComputeFormat Default()
    {
        var spec = new DecoderSpec
        {
            Architecture = "Test",
            LayerCount = 0,
            HiddenSize = Columns,
            HeadCount = 1,
            KeyValueHeadCount = 1,
            HeadDim = 2,
            FeedForwardSize = 2,
            VocabularySize = Rows,
            ContextLength = 2,
            NormEpsilon = 1e-6f,
            Rotaries = [],
            AttentionWindows = [],
        };
        using var weights = ModelWeights.Open(_directory.Path, spec);
        return ComputeType.Default(spec, weights);
    }
}
