using System.Buffers.Binary;
using System.Text.Json;

namespace Rill.TrainModel.Export;

/// <summary>A safetensors file of bfloat16 tensors: eight bytes of header length, a JSON header, the data.</summary>
internal static class SafetensorsFile
{
    private const int Alignment = 64;    // so that a mapped tensor starts on a cache line

    /// <summary>Writes the tensors in their order; values are rounded to bfloat16.</summary>
    public static void Write(string path, IEnumerable<(string Name, long[] Shape, float[] Values)> tensors)
    {
        var all = tensors.ToList();
        var header = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" },
        };
        var offset = 0L;
        foreach (var (name, shape, values) in all)
        {
            header[name] = new Dictionary<string, object>
            {
                ["dtype"] = "BF16",
                ["shape"] = shape,
                ["data_offsets"] = new[] { offset, offset + (2L * values.Length) },
            };
            offset += 2L * values.Length;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = ((json.Length + 8 + Alignment - 1) / Alignment * Alignment) - 8;
        using var file = File.Create(path);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        file.Write(length);
        file.Write(json);
        file.Write([.. Enumerable.Repeat((byte)' ', padded - json.Length)]);
        foreach (var (_, _, values) in all)
        {
            file.Write(ToBytes(values));
        }
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            var (start, end) = (8 + headerLength + offsets[0].GetInt32(), 8 + headerLength + offsets[1].GetInt32());
            var values = new float[(end - start) / 2];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = BrainFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(start + (2 * i))));
            }

            tensors.Add(entry.Name, ([.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())], values));
        }

        return tensors;
    }

    private static byte[] ToBytes(float[] values)
    {
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), BrainFloat.FromSingle(values[i]));
        }

        return bytes;
    }
}
