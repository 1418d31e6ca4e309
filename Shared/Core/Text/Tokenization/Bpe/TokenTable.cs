using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>The bytes of every token, by id, and the ids of the model's own tokens, by bytes.</summary>
internal sealed class TokenTable
{
    private const int Missing = -1;

    private byte[] _bytes = new byte[1 << 16];
    private int[] _starts = new int[1 << 12];
    private int[] _lengths = new int[1 << 12];
    private int[] _slots = new int[1 << 13];
    private int _used;
    private int _found;

    public TokenTable()
    {
        Array.Fill(_slots, Missing);
        Array.Fill(_lengths, Missing);
    }

    /// <summary>One more than the largest id.</summary>
    public int Count { get; private set; }

    /// <summary>The number of bytes of all tokens together.</summary>
    public int Length => _used;

    /// <summary>The number of bytes of the longest token that <see cref="Find"/> knows.</summary>
    public int LongestFindable { get; private set; }

    /// <summary>Makes room for <see cref="Find"/> to know as many tokens.</summary>
    public void EnsureCapacity(int count)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((ulong)count * 3 / 2);
        if (size > _slots.Length)
        {
            Rehash(size);
        }
    }

    /// <summary>Adds a token or gives it other bytes; <see cref="Find"/> knows it only when <paramref name="findable"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int id, ReadOnlySpan<byte> bytes, bool findable)
    {
        Reserve(id, bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_used));
        _starts[id] = _used;
        _lengths[id] = bytes.Length;
        _used += bytes.Length;
        Count = Math.Max(Count, id + 1);
        if (!findable)
        {
            return;
        }

        LongestFindable = Math.Max(LongestFindable, bytes.Length);
        if (++_found * 3L > _slots.Length * 2L)
        {
            Rehash(_slots.Length * 2);
        }

        Place(id);
    }

    /// <summary>The bytes of a token; empty when there is none with this id.</summary>
    public ReadOnlySpan<byte> GetBytes(int id) => Contains(id) ? _bytes.AsSpan(_starts[id], _lengths[id]) : default;

    /// <summary>True when a token has this id.</summary>
    public bool Contains(int id) => (uint)id < (uint)Count && _lengths[id] != Missing;

    /// <summary>The id of the model's token with these bytes, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> bytes)
    {
        for (var slot = Slot(bytes); ; slot = slot + 1 & (_slots.Length - 1))
        {
            var id = _slots[slot];
            if (id == Missing || GetBytes(id).SequenceEqual(bytes))
            {
                return id;
            }
        }
    }

    private void Reserve(int id, int length)
    {
        if (_used + length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
        }

        if (id < _starts.Length)
        {
            return;
        }

        var old = _lengths.Length;
        var size = Math.Max(old * 2, id + 1);
        Array.Resize(ref _starts, size);
        Array.Resize(ref _lengths, size);
        Array.Fill(_lengths, Missing, old, size - old);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Rehash(int size)
    {
        var old = _slots;
        _slots = new int[size];
        Array.Fill(_slots, Missing);
        foreach (var id in old)
        {
            if (id != Missing)
            {
                Place(id);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(int id)
    {
        var slot = Slot(GetBytes(id));
        while (_slots[slot] != Missing)
        {
            slot = slot + 1 & (_slots.Length - 1);
        }

        _slots[slot] = id;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Slot(ReadOnlySpan<byte> bytes)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * Multiplier, 29);
        }

        ulong rest = 0;
        foreach (var value in bytes)
        {
            rest = rest << 8 | value;
        }

        hash = (hash ^ rest) * Multiplier;
        return (int)(hash >> 32) & (_slots.Length - 1);
    }
}
