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

    [Theory]
    [InlineData(ComputeFormat.Float32, 64)]
    [InlineData(ComputeFormat.BFloat16, 32)]
    [InlineData(ComputeFormat.Q8, 17)]
    [InlineData(ComputeFormat.Q4, 9)]
    public void BytesOf_SixteenParameters_CountsTheirScales(ComputeFormat format, long expected) =>
        Assert.Equal(expected, ComputeType.BytesOf(format, 16));

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
