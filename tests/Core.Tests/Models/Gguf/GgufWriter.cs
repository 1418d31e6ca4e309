using System.Text;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>Writes GGUF files for tests.</summary>
internal sealed class GgufWriter
{
    private readonly List<(string Name, ulong[] Sizes, uint Type, byte[] Data)> _tensors = [];
    private readonly List<byte[]> _entries = [];

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    /// <summary>Overrides the count that the header claims.</summary>
    public ulong? TensorCount { get; init; }

    /// <summary>Overrides the count that the header claims.</summary>
    public ulong? EntryCount { get; init; }

    /// <summary>Added to every tensor's offset.</summary>
    public long OffsetError { get; init; }

    /// <param name="key">The key.</param>
    /// <param name="value">byte, ushort, uint, int, ulong, long, float, double, bool, string, or an array of them.</param>
    public GgufWriter With(string key, object value)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        Write(writer, key);
        writer.Write(TypeOf(value));
        WriteValue(writer, value);
        _entries.Add(bytes.ToArray());
        return this;
    }

    public GgufWriter WithRaw(byte[] entry)
    {
        _entries.Add(entry);
        return this;
    }

    /// <param name="name">Its name.</param>
    /// <param name="type">The number of its type.</param>
    /// <param name="sizes">Its dimensions as they stand in the file: innermost first.</param>
    /// <param name="data">Its bytes.</param>
    public GgufWriter WithTensor(string name, uint type, ulong[] sizes, params byte[] data)
    {
        _tensors.Add((name, sizes, type, data));
        return this;
    }

    public GgufWriter WithFloats(string name, ulong[] sizes, params float[] values) =>
        WithTensor(name, 0, sizes, [.. values.SelectMany(BitConverter.GetBytes)]);

    public byte[] ToArray()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write(TensorCount ?? (ulong)_tensors.Count);
        writer.Write(EntryCount ?? (ulong)_entries.Count);
        _entries.ForEach(writer.Write);
        var offset = 0;
        foreach (var (name, sizes, type, data) in _tensors)
        {
            Write(writer, name);
            writer.Write((uint)sizes.Length);
            Array.ForEach(sizes, writer.Write);
            writer.Write(type);
            writer.Write(offset + OffsetError);
            offset += Padded(data.Length);
        }

        writer.Write(new byte[Padded((int)bytes.Length) - bytes.Length]);
        _tensors.ForEach(tensor => writer.Write([.. tensor.Data, .. new byte[Padded(tensor.Data.Length) - tensor.Data.Length]]));
        return bytes.ToArray();
    }

    private int Padded(int length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0,
        sbyte => 1,
        ushort => 2,
        short => 3,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        Array => 9,
        ulong => 10,
        long => 11,
        double => 12,
        _ => throw new NotSupportedException(value.GetType().Name),
    };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case bool flag: writer.Write(flag); break;
            case string text: Write(writer, text); break;
            case ulong number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            case Array items:
                writer.Write(items.Length == 0 ? 4 : TypeOf(items.GetValue(0)!));
                writer.Write((ulong)items.Length);
                foreach (var item in items)
                {
                    WriteValue(writer, item);
                }

                break;
            default: throw new NotSupportedException(value.GetType().Name);
        }
    }
}
