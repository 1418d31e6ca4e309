using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Rill.Core.Tests.Models;

/// <summary>Writes safetensors files for tests.</summary>
public static class SafetensorsWriter
{
    public sealed record Entry(string Name, string Type, long[] Shape, byte[] Data);

    public static Entry Float32(string name, long[] shape, ReadOnlySpan<float> values) => new(name, "F32", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The values must be exact in bf16, that is, have a zero lower half.</summary>
    public static Entry BFloat16(string name, long[] shape, ReadOnlySpan<float> values)
    {
        var halves = new ushort[values.Length];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
        }

        return new(name, "BF16", shape, MemoryMarshal.AsBytes(halves.AsSpan()).ToArray());
    }

    public static void Write(string path, params IReadOnlyList<Entry> entries)
    {
        long offset = 0;
        var header = entries.ToDictionary(entry => entry.Name, entry => (object)new
        {
            dtype = entry.Type,
            shape = entry.Shape,
            data_offsets = new[] { offset, offset += entry.Data.Length },
        });
        WriteRaw(path, JsonSerializer.Serialize(header), [.. entries.SelectMany(entry => entry.Data)]);
    }

    public static void WriteRaw(string path, string header, byte[] data, long? headerLength = null)
    {
        using var file = File.Create(path);
        var json = Encoding.UTF8.GetBytes(header);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, headerLength ?? json.Length);
        file.Write(prefix);
        file.Write(json);
        file.Write(data);
    }
}
