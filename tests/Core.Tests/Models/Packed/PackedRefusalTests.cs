using System.Text;
using Rill.Models;
using static Rill.Core.Tests.Models.Packed.Unpacked;
using static Rill.Core.Tests.Models.SafetensorsWriter;

namespace Rill.Core.Tests.Models.Packed;

public sealed class PackedRefusalTests : IDisposable
{
    private const string Gptq = """{"quant_method":"gptq","bits":4,"group_size":8}""";
    private const string Awq = """{"quant_method":"awq","bits":4,"group_size":8}""";
    private const string BitsAndBytes = """{"quant_method":"bitsandbytes","load_in_4bit":true}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("""{"quant_method":"hqq"}""", "'hqq' is not supported")]
    [InlineData("""{"quant_method":"gptq","bits":3}""", "GPTQ with 3 bits")]
    [InlineData("""{"quant_method":"gptq"}""", "lacks bits")]
    [InlineData("""{"quant_method":"gptq","bits":4,"checkpoint_format":"marlin"}""", "'marlin' is not supported")]
    [InlineData("""{"quant_method":"awq","version":"gemv"}""", "AWQ of version 'gemv'")]
    [InlineData("""{"quant_method":"awq","zero_point":false}""", "without zero points")]
    [InlineData("""{"quant_method":"bitsandbytes","load_in_8bit":true}""", "8 bits is not supported")]
    [InlineData("""{"quant_method":"bitnet","linear_class":"other"}""", "'other' is not supported")]
    [InlineData("""{"quant_method":"bitnet","quantization_mode":"online"}""", "'online' is not supported")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"marlin-24"}""", "'marlin-24' is not supported")]
    [InlineData("""{"quant_method":"compressed-tensors","format":"pack-quantized","sparsity_config":{"format":"sparse-24"}}""", "'sparse-24' is not supported")]
    [InlineData("""{"quant_method":"fp8","weight_block_size":[128]}""", "weight_block_size must be two numbers")]
    [InlineData("""{"quant_method":"fp8","weight_block_size":[0,-1]}""", "weight_block_size must be a list of positive")]
    [InlineData("""{"bits":4}""", "without a quant_method")]
    [InlineData("""{"group_size":8,"bits":4,"mode":"nvfp4"}""", "the mode 'nvfp4'")]
    public void Open_UnknownFormat_IsRefusedByName(string quantization, string expected) =>
        Assert.Contains(expected, Refusal(quantization, Words("a.weight", "U32", [1, 1], 0), Float32("a.scales", [1, 1], [1])), StringComparison.Ordinal);

    [Fact]
    public void Open_PartThatIsMissing_IsNamed() =>
        Assert.Contains("lack the tensor a.scales", Refusal(Gptq, Words("a.qweight", "I32", [1, 8], new uint[8])), StringComparison.Ordinal);

    [Fact]
    public void Open_TensorInTwoForms_IsRefused() => Assert.Contains(
        "a.weight in more than one form",
        Refusal(Gptq, Words("a.qweight", "I32", [1, 8], new uint[8]), Words("a.qzeros", "I32", [1, 1], 0), Halves("a.scales", [1, 8], new float[8]), Float32("a.weight", [1], [1])),
        StringComparison.Ordinal);

    public static TheoryData<string, Entry[]> Misfits => new()
    {
        { Gptq, [Words("a.qweight", "I32", [1, 8], new uint[8]), Words("a.qzeros", "I32", [1, 1], 0), Halves("a.scales", [2, 4], new float[8])] },
        { Gptq, [Words("a.qweight", "I32", [1, 8], new uint[8]), Words("a.qzeros", "I32", [1], 0), Halves("a.scales", [1, 8], new float[8])] },
        { Gptq, [Words("a.qweight", "I32", [1, 8], new uint[8]), Words("a.qzeros", "I32", [1, 1], 0), Halves("a.scales", [1, 8], new float[8]), Words("a.g_idx", "I32", [2], 0, 0)] },
        { Gptq, [Words("a.qweight", "I32", [], 0), Words("a.qzeros", "I32", [1], 0), Halves("a.scales", [1], 0)] },
        { Gptq, [Bytes("a.qweight", "I32", [0, 1L << 62]), Words("a.qzeros", "I32", [1], 0), Halves("a.scales", [1], 0)] },
        { Awq, [Words("a.qweight", "I32", [1, 1], 0), Words("a.qzeros", "I32", [1, 1], 0), Halves("a.scales", [1, 4], new float[4])] },
        { """{"quant_method":"fp8","weight_block_size":[2,2]}""", [Bytes("a.weight", "F8_E4M3", [1, 3], 0, 0, 0), Float32("a.weight_scale_inv", [1, 3], new float[3])] },
        { """{"quant_method":"fp8"}""", [Bytes("a.weight", "F8_E4M3", [1, 3], 0, 0, 0), Float32("a.weight_scale_inv", [0, 3], [])] },
        { """{"quant_method":"fp8"}""", [Bytes("a.weight", "F8_E4M3", [], 0), Float32("a.weight_scale_inv", [], [1])] },
        { """{"quant_method":"bitnet"}""", [Bytes("a.weight", "U8", [1, 1], 0), Float32("a.weight_scale", [2], [1, 1])] },
        { """{"quant_method":"mxfp4"}""", [Bytes("a.down_proj_blocks", "U8", [1, 1, 16], new byte[16]), Bytes("a.down_proj_scales", "U8", [1, 1, 1], 0)] },
        { """{"quant_method":"mxfp4"}""", [Bytes("a.gate_up_proj_blocks", "U8", [1, 1, 1, 16], new byte[16]), Bytes("a.gate_up_proj_scales", "U8", [1, 1, 1], 0)] },
        { """{"group_size":8,"bits":4}""", [Words("a.weight", "U32", [1, 1], 0), Float32("a.scales", [1, 2], [1, 1]), Float32("a.biases", [1, 1], [1])] },
        { PackQuantized, [Words("a.weight_packed", "I32", [1, 1], 0), Float32("a.weight_scale", [1, 1], [1]), Words("a.weight_shape", "I32", [2], 1, 9)] },
        { PackQuantized, [Words("a.weight_packed", "I32", [1, 1], 0), Float32("a.weight_scale", [1, 1], [1]), Words("a.weight_shape", "I32", [2], 2, 8)] },
        { PackQuantized, [Words("a.weight_packed", "I32", [1, 1], 0), Float32("a.weight_scale", [1, 3], [1, 1, 1]), Words("a.weight_shape", "I32", [2], 1, 8)] },
        { BitsAndBytes, Nf4("""{"blocksize":64,"shape":[2,2]}""") },
        { BitsAndBytes, Nf4("""{"blocksize":64,"shape":[1000000,1000000]}""") },
        { BitsAndBytes, Nf4("""{"blocksize":0,"shape":[1,2]}""") },
        { BitsAndBytes, Nf4("""{"blocksize":64,"shape":[1e99,2]}""") },
        { BitsAndBytes, Nf4("""{"blocksize":64,"shape":7}""") },
        { BitsAndBytes, Nf4("[") },
    };

    private static string PackQuantized =>
        """{"quant_method":"compressed-tensors","format":"pack-quantized","config_groups":{"g":{"weights":{"num_bits":4}}}}""";

    [Theory]
    [MemberData(nameof(Misfits))]
    public void Open_PartsThatDoNotFit_IsRefusedInOneSentence(string quantization, Entry[] entries) =>
        Assert.Contains("model.safetensors: a.", Refusal(quantization, entries), StringComparison.Ordinal);

    [Fact]
    public void Get_ColumnOfAGroupThatDoesNotExist_IsRefused()
    {
        using var source = Open(
            _directory, $$"""{"quantization_config":{{Gptq}}}""",
            Words("a.qweight", "I32", [1, 8], new uint[8]), Words("a.qzeros", "I32", [1, 1], 0), Halves("a.scales", [1, 8], new float[8]),
            Words("a.g_idx", "I32", [8], 0, 0, 0, 0, 0, 0, 0, 1));

        Assert.Contains("a.g_idx names the group 1, but there are 1", Assert.Throws<ModelFormatException>(() => source.Read("a.weight")).Message, StringComparison.Ordinal);
    }

    private string Refusal(string quantization, params Entry[] entries) =>
        Assert.Throws<ModelFormatException>(() => Open(_directory, $$"""{"quantization_config":{{quantization}}}""", entries)).Message;

    private static Entry[] Nf4(string state) =>
    [
        Bytes("a.weight", "U8", [1, 1], 0), Float32("a.weight.quant_map", [16], new float[16]), Float32("a.weight.absmax", [1], [1]),
        Bytes("a.weight.quant_state.bitsandbytes__nf4", "U8", [state.Length], Encoding.UTF8.GetBytes(state)),
    ];
}
