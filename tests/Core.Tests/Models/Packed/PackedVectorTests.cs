using System.Text.Json;
using Rill.Models;
using Rill.Models.Packed;

namespace Rill.Core.Tests.Models.Packed;

public sealed class PackedVectorTests
{
    [SkippableTheory]
    [InlineData("awq-g128", 14)]
    [InlineData("bnb-nf4-double", 14)]
    [InlineData("ct-fp8-channel-llama", 14)]
    [InlineData("ct-pack-int4-g128-sym", 14)]
    [InlineData("ct-pack-int4-g32-asym", 14)]
    [InlineData("ct-pack-int8-channel", 14)]
    [InlineData("fp8-block128-f32scale-qwen3", 14)]
    [InlineData("fp8-block128-qwen3moe", 19)]
    [InlineData("fp8-tensor-static-llama", 14)]
    [InlineData("gptq-g128-sym", 14)]
    [InlineData("gptq-g32-asym", 14)]
    [InlineData("gptq-g32-descact-sym", 14)]
    [InlineData("gptq-int8-g32-sym", 14)]
    [InlineData("gptq-wholerow-sym", 14)]
    [InlineData("mxfp4-gptoss", 24)]
    public void Get_EveryTensorOfAVector_IsWhatTheFormulaSays(string vector, int packed)
    {
        var directory = Vectors.Path("checkpoints", vector);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, "config.json")));
        var raw = RawTensors.Read(Path.Combine(directory, "model.safetensors"));
        var plain = new PlainDequantizer(raw, config.RootElement.GetProperty("quantization_config"));
        using var source = PackedSource.Open(ModelFiles.InDirectory(directory));

        var unpacked = source.Tensors.Where(tensor => tensor.Value.Type is not ("F32" or "F16" or "BF16")).ToList();

        Assert.Equal(packed, unpacked.Count);
        Assert.DoesNotContain(source.Tensors.Keys, name => !name.EndsWith(".weight", StringComparison.Ordinal) && !name.EndsWith("bias", StringComparison.Ordinal) && !name.EndsWith(".sinks", StringComparison.Ordinal));
        foreach (var (name, tensor) in unpacked)
        {
            var values = Unpacked.Values(source.Read(name));
            for (var index = 0; index < values.Length; index++)
            {
                var expected = plain.At(name, index / tensor.Shape[1], index % tensor.Shape[1]);
                if (!(Math.Abs(values[index] - expected) <= 3e-7 * (Math.Abs(expected) + 1e-3)))
                {
                    // Put together only here: there are millions of elements.
                    Assert.Fail($"{name}[{index}] is {values[index]}, not {expected}.");
                }
            }
        }
    }
}
