using Rill.Models;
using Rill.Models.Packed;

namespace Rill.Core.Tests.Models.Packed;

/// <summary>Packed checkpoints of a few bytes.</summary>
internal static class Unpacked
{
    public static unsafe float[] Values(Weight weight)
    {
        Assert.Equal(WeightType.Float32, weight.Type);
        Assert.Equal(weight.ElementCount * sizeof(float), weight.ByteCount);
        return new ReadOnlySpan<float>((void*)weight.Address, (int)weight.ElementCount).ToArray();
    }

    /// <summary>Writes a checkpoint and opens it.</summary>
    public static IWeightSource Open(TemporaryDirectory directory, string config, params IReadOnlyList<SafetensorsWriter.Entry> entries)
    {
        File.WriteAllText(directory.File("config.json"), config);
        SafetensorsWriter.Write(directory.File("model.safetensors"), entries);
        return PackedSource.Open(ModelFiles.InDirectory(directory.Path));
    }

    public static SafetensorsWriter.Entry Bytes(string name, string type, long[] shape, params byte[] data) => new(name, type, shape, data);

    public static SafetensorsWriter.Entry Words(string name, string type, long[] shape, params uint[] words) =>
        new(name, type, shape, [.. words.SelectMany(BitConverter.GetBytes)]);

    public static SafetensorsWriter.Entry Halves(string name, long[] shape, params float[] values) =>
        new(name, "F16", shape, [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))]);
}
