using System.Text;
using Rill.Models;
using static Rill.Core.Tests.Models.Packed.Unpacked;
using static Rill.Core.Tests.Models.SafetensorsWriter;

namespace Rill.Core.Tests.Models.Packed;

/// <summary>Each format on a matrix so small that its values are worked out by hand.</summary>
public sealed class PackedSourceTests : IDisposable
{
    private const byte One = 0x38, Two = 0x40, MinusOne = 0xB8, Least = 0x01;    // in E4M3; the least is 2^-9

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Get_Fp8InBlocks_MultipliesPartialBlocksAtTheEdges()
    {
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"fp8","weight_block_size":[2,2]}}""",
            Bytes("a.weight", "F8_E4M3", [3, 3], One, One, One, Two, MinusOne, Least, One, One, One),
            Float32("a.weight_scale_inv", [2, 2], [1, 2, 3, 4]), Float32("a.input_scale", [1], [9]));

        Assert.Equal([1, 1, 2, 2, -1, 2f / 512, 3, 3, 4], Values(source.Read("a.weight")));
        Assert.Equal(["a.weight"], source.Tensors.Keys);
        Assert.Equal((9 + 16, "F8_E4M3"), (source.Tensors["a.weight"].ByteCount, source.Tensors["a.weight"].Type));
    }

    [Fact]
    public void Get_Fp8OfStackedExperts_TakesEachExpertsScales()
    {
        using var source = Open(
            _directory, """{"text_config":{"quantization_config":{"quant_method":"fp8","weight_block_size":[2,1]}}}""",
            Bytes("e.gate_up_proj", "F8_E4M3", [2, 2, 2], One, Two, One, Two, One, Two, One, Two), Float32("e.gate_up_proj_scale_inv", [2, 1, 2], [1, 10, 2, 20]));

        Assert.Equal([1, 20, 1, 20, 2, 40, 2, 40], Values(source.Read("e.gate_up_proj")));
    }

    [Fact]
    public void Get_CompressedInt8ByGroup_SubtractsZeroPoints()
    {
        using var source = Open(
            _directory, CompressedTensors("int-quantized", 8),
            Bytes("a.weight", "I8", [1, 4], 1, 2, 0xFF, 4), Float32("a.weight_scale", [1, 2], [2, 3]), Bytes("a.weight_zero_point", "I8", [1, 2], 1, 0xFE));

        Assert.Equal([0, 2, 3, 18], Values(source.Read("a.weight")));
    }

    [Fact]
    public void Get_CompressedPacked_ReadsStreamsAcrossBytes()
    {
        // 3 bits, stored with 4 added: -4 -3 -2 -1 0 1 2 3 as 0..7; zero points 1 and -1 for the two rows as 5 and 3, along the rows.
        const uint stream = 0b111_110_101_100_011_010_001_000;
        using var source = Open(
            _directory, CompressedTensors("pack-quantized", 3),
            Words("a.weight_packed", "I32", [2, 1], stream, stream), Float32("a.weight_scale", [2, 1], [1, 2]), Words("a.weight_zero_point", "I32", [1, 1], 0b011_101),
            Words("a.weight_shape", "I32", [2], 2, 8));

        Assert.Equal([-5, -4, -3, -2, -1, 0, 1, 2, -6, -4, -2, 0, 2, 4, 6, 8], Values(source.Read("a.weight")));
        Assert.Equal("INT3", source.Tensors["a.weight"].Type);
    }

    [Fact]
    public void Get_CompressedPackedWithActivationOrder_TakesEachColumnsGroup()
    {
        using var source = Open(
            _directory, CompressedTensors("pack-quantized", 8),
            Words("a.weight_packed", "I32", [1, 1], 0x82_82_82_82), Float32("a.weight_scale", [1, 2], [1, 5]), Words("a.weight_shape", "I32", [2], 1, 4),
            Words("a.weight_g_idx", "I32", [4], 1, 0, 0, 1));

        Assert.Equal([10, 2, 2, 10], Values(source.Read("a.weight")));
    }

    [Theory]
    [InlineData("mxfp4-pack-quantized", "U8", 32, 1)]
    [InlineData("nvfp4-pack-quantized", "F8_E4M3", 16, 4)]
    public void Get_CompressedFp4_TakesTheLowerHalfFirst(string format, string type, int group, float divisor)
    {
        var packed = Enumerable.Repeat((byte)0x9F, group / 2).ToArray();    // -6, then -0.5
        var scale = type == "U8" ? (byte)128 : Two;                         // 2 in both
        Entry[] global = divisor == 1 ? [] : [Float32("a.weight_global_scale", [1], [divisor])];
        using var source = Open(_directory, CompressedTensors(format, 4), [Bytes("a.weight_packed", "U8", [1, group / 2], packed), Bytes("a.weight_scale", type, [1, 1], scale), .. global]);

        var values = Values(source.Read("a.weight"));

        Assert.Equal(group, values.Length);
        Assert.Equal((-12 / divisor, -1 / divisor), (values[^2], values[^1]));
    }

    [Theory]
    [InlineData("gptq", 1)]
    [InlineData("gptq_v2", 0)]
    public void Get_Gptq_SubtractsTheZeroPointOfItsVersion(string version, int offset)
    {
        // Outputs 0..7: input r holds r in each of them; zero points 0..7; scales 1, but 2 for output 7.
        using var source = Open(
            _directory, $$"""{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":-1,"checkpoint_format":"{{version}}"} }""",
            Words("a.qweight", "I32", [1, 8], [.. Enumerable.Repeat(0x76543210u, 8)]), Words("a.qzeros", "I32", [1, 1], 0x76543210), Halves("a.scales", [1, 8], 1, 1, 1, 1, 1, 1, 1, 2));

        var values = Values(source.Read("a.weight"));

        Assert.Equal([.. Enumerable.Range(0, 8).Select(input => (float)(input - offset))], values[..8]);
        Assert.Equal([.. Enumerable.Range(0, 8).Select(input => 2f * (input - 7 - offset))], values[56..]);
    }

    [Fact]
    public void Tensors_GptqWithABiasOfZeros_DoNotHaveIt()
    {
        Entry[] Module(string name, float bias) =>
        [
            Words(name + ".qweight", "I32", [1, 8], new uint[8]), Words(name + ".qzeros", "I32", [1, 1], 0), Halves(name + ".scales", [1, 8], new float[8]),
            Halves(name + ".bias", [8], 0, 0, 0, 0, 0, 0, 0, bias),
        ];
        using var source = Open(_directory, """{"quantization_config":{"quant_method":"gptq","bits":4}}""", [.. Module("a", 0), .. Module("b", 1)]);

        Assert.Equal(["a.weight", "b.bias", "b.weight"], source.Tensors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Get_GptqWithActivationOrder_TakesEachInputsGroup()
    {
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"gptq","bits":8,"group_size":2}}""",
            Words("a.qweight", "I32", [1, 4], 0x05_05_05_05, 0x05_05_05_05, 0x05_05_05_05, 0x05_05_05_05), Words("a.qzeros", "I32", [2, 1], 0, 0x01_01_01_01),
            Halves("a.scales", [2, 4], 1, 1, 1, 1, 10, 10, 10, 10), Words("a.g_idx", "I32", [4], 1, 0, 1, 0));

        Assert.Equal([30, 4, 30, 4], Values(source.Read("a.weight"))[..4]);
    }

    [Fact]
    public void Get_Awq_PutsNibblesInTheirOrder()
    {
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"awq","bits":4,"group_size":1,"version":"GEMM"}}""",
            Words("a.qweight", "I32", [2, 1], 0x76543210, 0x76543210), Words("a.qzeros", "I32", [2, 1], 0, 0x11111111), Halves("a.scales", [2, 8], [.. Enumerable.Repeat(1f, 8), .. Enumerable.Repeat(2f, 8)]));

        float[] order = [0, 4, 1, 5, 2, 6, 3, 7];
        Assert.Equal([.. order.SelectMany(q => (float[])[q, 2 * (q - 1)])], Values(source.Read("a.weight")));
    }

    [Fact]
    public void Get_BitsAndBytes_TakesTheUpperHalfFirstAndUnpacksScales()
    {
        var map = Enumerable.Range(0, 16).Select(nibble => (float)nibble).ToArray();
        var nested = Enumerable.Range(0, 256).Select(scale => scale / 2f).ToArray();
        var state = Encoding.UTF8.GetBytes("""{"blocksize":4,"shape":[2,3],"nested_blocksize":1,"nested_offset":0.5,"dtype":"bfloat16"}""");
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true}}""",
            Bytes("a.weight", "U8", [3, 1], 0x12, 0x34, 0x56), Float32("a.weight.quant_map", [16], map), Bytes("a.weight.absmax", "U8", [2], 2, 4),
            Float32("a.weight.nested_quant_map", [256], nested), Float32("a.weight.nested_absmax", [2], [1, 3]), Bytes("a.weight.quant_state.bitsandbytes__nf4", "U8", [state.Length], state));

        Assert.Equal([1.5f, 3, 4.5f, 6, 32.5f, 39], Values(source.Read("a.weight")));    // scales 1 * 1 + 0.5 and 2 * 3 + 0.5
    }

    [Fact]
    public void Get_Mlx_MultipliesAndAddsByGroup()
    {
        using var source = Open(
            _directory, """{"quantization":{"group_size":8,"bits":4,"b":{"group_size":4,"bits":8},"c":false}}""",
            Words("a.weight", "U32", [1, 2], 0x76543210, 0x76543210), Float32("a.scales", [1, 2], [1, 2]), Float32("a.biases", [1, 2], [0, -1]),
            Words("b.weight", "U32", [1, 1], 0x04030201), Float32("b.scales", [1, 1], [3]), Float32("b.biases", [1, 1], [1]), Float32("c.weight", [1], [7]));

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, -1, 1, 3, 5, 7, 9, 11, 13], Values(source.Read("a.weight")));
        Assert.Equal([4, 7, 10, 13], Values(source.Read("b.weight")));
        Assert.Equal([7], Values(source.Read("c.weight")));
    }

    [Fact]
    public void Get_GptOss_ShowsEachExpertsMatrices()
    {
        // Rows gate, up, gate, up of 32 times 0.5; the scales double from row to row.
        var blocks = Enumerable.Repeat((byte)0x11, 2 * 4 * 16).ToArray();
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"mxfp4"}}""",
            Bytes("l.experts.gate_up_proj_blocks", "U8", [2, 4, 1, 16], blocks), Bytes("l.experts.gate_up_proj_scales", "U8", [2, 4, 1], 128, 129, 130, 131, 132, 133, 134, 135),
            Float32("l.experts.gate_up_proj_bias", [2, 4], new float[8]));

        Assert.Equal(
            ["l.experts.0.gate_proj.weight", "l.experts.0.up_proj.weight", "l.experts.1.gate_proj.weight", "l.experts.1.up_proj.weight", "l.experts.gate_up_proj_bias"],
            source.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2L, 32L], source.Tensors["l.experts.1.up_proj.weight"].Shape);
        Assert.Equal((1, 4), (Values(source.Read("l.experts.0.gate_proj.weight"))[0], Values(source.Read("l.experts.0.gate_proj.weight"))[32]));
        Assert.Equal((32, 128), (Values(source.Read("l.experts.1.up_proj.weight"))[31], Values(source.Read("l.experts.1.up_proj.weight"))[63]));
    }

    [Theory]
    [InlineData("autobitlinear", 4)]
    [InlineData("bitlinear", 0.25)]
    public void Get_BitNet_ReadsFourRowsOfABytesRow(string linearClass, float factor)
    {
        using var source = Open(
            _directory, $$"""{"quantization_config":{"quant_method":"bitnet","linear_class":"{{linearClass}}"} }""",
            Bytes("a.weight", "U8", [1, 2], 0b01_10_00_01, 0b10_01_01_00), Float32("a.weight_scale", [1], [4]));

        Assert.Equal([0, -factor, -factor, 0, factor, 0, 0, factor], Values(source.Read("a.weight")));
    }

    [Fact]
    public void Release_AllOfATensor_FreesItAndUnpacksItAgain()
    {
        using var source = Open(
            _directory, """{"quantization_config":{"quant_method":"fp8"}}""",
            Bytes("a.weight", "F8_E4M3", [1, 2], One, Two), Float32("a.weight_scale_inv", [], [3]));
        var first = source.Read("a.weight");

        source.Release("a.weight", 4, 4);
        Assert.Equal(first.Address, source.Read("a.weight").Address);
        source.Release("a.weight", 0, 4);

        Assert.Equal([3, 6], Values(source.Read("a.weight")));
    }

    [Fact]
    public void Open_WithoutQuantization_GivesTheFilesAsTheyAre()
    {
        using var source = Open(_directory, "{}", Float32("a.weight", [1], [2]), Float32("a.weight_scale", [1], [3]));

        Assert.Equal(2, source.Tensors.Count);
        Assert.Equal([2], Values(source.Read("a.weight")));
    }

    private static string CompressedTensors(string format, int bits) =>
        $$"""{"quantization_config":{"quant_method":"compressed-tensors","format":"{{format}}","config_groups":{"g":{"weights":{"num_bits":{{bits}},"strategy":"group"} } } } }""";
}
