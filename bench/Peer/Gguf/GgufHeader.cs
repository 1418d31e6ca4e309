using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Bench.Peer.Gguf;

/// <summary>
/// The head of a GGUF file, version 3 (ggml/include/gguf.h): magic, counts, key-value pairs, and a list of tensors with the offsets of
/// their data, each a multiple of 32.
/// </summary>
internal sealed class GgufHeader
{
    private const int Version = 3;
    private const int Alignment = 32;
    private const int UInt32Type = 4, Int32Type = 5, Float32Type = 6, BoolType = 7, StringType = 8, ArrayType = 9;

    private readonly List<byte> _pairs = [];
    private readonly List<byte> _tensors = [];
    private int _pairCount, _tensorCount;
    private long _offset;

    /// <summary>Adds a whole number.</summary>
    public void Add(string key, int value) => AddPair(key, UInt32Type, BitConverter.GetBytes(value));

    /// <summary>Adds a number.</summary>
    public void Add(string key, float value) => AddPair(key, Float32Type, BitConverter.GetBytes(value));

    /// <summary>Adds a text.</summary>
    public void Add(string key, string value) => AddPair(key, StringType, Text(value));

    /// <summary>Adds a switch.</summary>
    public void Add(string key, bool value) => AddPair(key, BoolType, [value ? (byte)1 : (byte)0]);

    /// <summary>Adds a list of whole numbers.</summary>
    public void Add(string key, int[] values) => AddList(key, Int32Type, values.Length, values.SelectMany(BitConverter.GetBytes));

    /// <summary>Adds a list of numbers.</summary>
    public void Add(string key, float[] values) => AddList(key, Float32Type, values.Length, values.SelectMany(BitConverter.GetBytes));

    /// <summary>Adds a list of switches.</summary>
    public void Add(string key, bool[] values) => AddList(key, BoolType, values.Length, values.Select(value => value ? (byte)1 : (byte)0));

    /// <summary>Adds a whole number, a number, a switch, a text or a list of one of the first three.</summary>
    public void Add(string key, object value)
    {
        switch (value)
        {
            case int number: Add(key, number); break;
            case float number: Add(key, number); break;
            case bool isOn: Add(key, isOn); break;
            case int[] numbers: Add(key, numbers); break;
            case float[] numbers: Add(key, numbers); break;
            case bool[] switches: Add(key, switches); break;
            default: Add(key, (string)value); break;
        }
    }

    /// <summary>Lists a tensor; its data follows that of the one listed before.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions, outermost first; the file has them in the opposite order.</param>
    /// <param name="type">Its type.</param>
    /// <param name="byteCount">Bytes of its data, padding not included.</param>
    public void AddTensor(string name, IReadOnlyList<long> shape, GgufType type, long byteCount)
    {
        _tensors.AddRange(Text(name));
        _tensors.AddRange(BitConverter.GetBytes(shape.Count));
        foreach (var length in shape.Reverse())
        {
            _tensors.AddRange(BitConverter.GetBytes(length));
        }

        _tensors.AddRange(BitConverter.GetBytes((int)type));
        _tensors.AddRange(BitConverter.GetBytes(_offset));
        _offset += byteCount + Padding(byteCount);
        _tensorCount++;
    }

    /// <summary>Writes the head, up to where the first tensor's data begins.</summary>
    public void WriteTo(Stream file)
    {
        file.Write("GGUF"u8);
        file.Write(BitConverter.GetBytes(Version));
        file.Write(BitConverter.GetBytes((long)_tensorCount));
        file.Write(BitConverter.GetBytes((long)_pairCount));
        file.Write(CollectionsMarshal.AsSpan(_pairs));
        file.Write(CollectionsMarshal.AsSpan(_tensors));
        Pad(file);
    }

    /// <summary>Writes zeros up to the next multiple of 32.</summary>
    public static void Pad(Stream file) => file.Write(new byte[Padding(file.Position)]);

    private static int Padding(long length) => (int)((Alignment - (length % Alignment)) % Alignment);

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes((long)bytes.Length), .. bytes];
    }

    private void AddList(string key, int type, long count, IEnumerable<byte> items) =>
        AddPair(key, ArrayType, [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count), .. items]);

    private void AddPair(string key, int type, byte[] value)
    {
        _pairs.AddRange(Text(key));
        _pairs.AddRange(BitConverter.GetBytes(type));
        _pairs.AddRange(value);
        _pairCount++;
    }
}
