using System.Globalization;
using System.Runtime.InteropServices;

namespace Rill.Bench.Models;

/// <summary>An adapter with made-up weights of all projections of a made-up model but experts', in PEFT's form: bf16, small beside what it changes.</summary>
internal static class RandomAdapter
{
    private const double Gain = 0.05;

    /// <summary>Writes the directory.</summary>
    /// <param name="shape">The model's.</param>
    /// <param name="number">Another one for another adapter.</param>
    /// <param name="rank">Rows of each A.</param>
    /// <param name="directory">Where to.</param>
    public static void Write(ModelShape shape, int number, int rank, string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "adapter_config.json"), string.Create(
            CultureInfo.InvariantCulture, $$"""{"peft_type":"LORA","r":{{rank}},"lora_alpha":{{rank}},"bias":"none"}"""));
        var tensors = RandomModel.Tensors(shape).Where(tensor => tensor.Shape.Length == 2 && tensor.Kind != DecoderTensorKind.Embedding && !tensor.Name.Contains(".experts.", StringComparison.Ordinal))
            .SelectMany(tensor => Pair(tensor, rank)).ToList();
        using var file = File.Create(Path.Combine(directory, "adapter_model.safetensors"));
        SafetensorsOut.WriteHeader(file, tensors);
        foreach (var (name, size) in tensors)
        {
            var values = new ushort[size[0] * size[1]];
            RandomValues.Fill(values, RandomValues.SeedOf(string.Create(CultureInfo.InvariantCulture, $"{number} {name}")), 0, (float)(Gain / Math.Sqrt(size[1])));
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    private static (string Name, long[] Shape)[] Pair(DecoderTensor tensor, int rank)
    {
        var module = "base_model.model." + tensor.Name[..^".weight".Length];
        return [($"{module}.lora_A.weight", [rank, tensor.Columns]), ($"{module}.lora_B.weight", [tensor.Rows, rank])];
    }
}
