using System.Runtime.InteropServices;
using Rill.Bench.Models;
using Rill.Bench.Peer.Gguf;

namespace Rill.Bench.Parity;

/// <summary>
/// Writes a case as a GGUF file in f32: matrices keep the size of what they multiply, norms and factors lie around 1, biases around 0; the embedding is
/// small enough that a tied head does not answer every token with itself.
/// </summary>
internal static class ParityFile
{
    private const float NormDeviation = 0.3f, BiasDeviation = 0.3f;

    /// <summary>Writes the metadata and lists so many tensors, whose data is not there, for <see cref="PeerTensors"/>.</summary>
    public static void WriteFacts(ParityCase model, string path, int tensors)
    {
        var header = Header(model);
        for (var i = 0; i < tensors; i++)
        {
            header.AddTensor($"{i}", [1], GgufType.F32, sizeof(float));
        }

        using var file = File.Create(path);
        header.WriteTo(file);
    }

    /// <summary>Writes the metadata and the tensors.</summary>
    public static void Write(ParityCase model, IEnumerable<PeerTensor> required, string path)
    {
        var tensors = model.Tensors(required).ToList();
        var header = Header(model);
        foreach (var tensor in tensors)
        {
            header.AddTensor(tensor.Name, tensor.Shape, GgufType.F32, Elements(tensor) * sizeof(float));
        }

        using var file = File.Create(path);
        header.WriteTo(file);
        foreach (var tensor in tensors)
        {
            file.Write(MemoryMarshal.AsBytes(Values(tensor, model.FactorOf(tensor.Name)).AsSpan()));
            GgufHeader.Pad(file);
        }
    }

    private static GgufHeader Header(ParityCase model)
    {
        var header = new GgufHeader();
        header.Add("general.architecture", model.Architecture);
        header.Add("tokenizer.ggml.model", "none");
        foreach (var (name, value) in model.Facts)
        {
            header.Add($"{model.Architecture}.{name}", value);
        }

        return header;
    }

    private static long Elements(PeerTensor tensor) => tensor.Shape.Aggregate(1L, (product, length) => product * length);

    private static float[] Values(PeerTensor tensor, float factor)
    {
        var values = new float[Elements(tensor)];
        var (mean, deviation) = Distribution(tensor);
        RandomValues.Fill(values, RandomValues.SeedOf(tensor.Name), factor * mean, factor * deviation);
        return values;
    }

    private static (float Mean, float Deviation) Distribution(PeerTensor tensor) => tensor switch
    {
        { Name: "token_embd.weight" or "position_embd.weight" } => (0, MathF.Pow(tensor.Shape[^1], -0.5f)),
        { Name: "rope_freqs.weight" or "rope_factors_long.weight" or "rope_factors_short.weight" } => (4, 0.5f),
        _ when tensor.Name.Contains("norm", StringComparison.Ordinal) && tensor.Name.EndsWith(".weight", StringComparison.Ordinal) => (1, NormDeviation),
        _ when tensor.Name.EndsWith(".ssm_a", StringComparison.Ordinal) => (-1, 0.25f),    // what a state forgets by: all below 0
        _ when tensor.Name.Contains("scale", StringComparison.Ordinal) => (1, NormDeviation),
        _ when tensor.Name.EndsWith("altup_router.weight", StringComparison.Ordinal) => (0, 1),    // what it multiplies is divided by its width
        { Shape.Length: 1 } => (0, BiasDeviation),
        _ => (0, MathF.Pow(tensor.Shape[^1], -0.5f)),
    };
}
