using System.Buffers;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// A binary heap of (rank, position), lowest rank first and, among equals, lowest position: eight bytes an entry, in a borrowed array.
/// </summary>
internal ref struct PositionHeap(int capacity)
{
    private ulong[] _entries = ArrayPool<ulong>.Shared.Rent(capacity);
    private int _count;

    public void Push(uint rank, int position)
    {
        if (_count == _entries.Length)
        {
            Grow();
        }

        var entry = (ulong)rank << 32 | (uint)position;
        var index = _count++;
        for (int parent; index > 0 && _entries[parent = (index - 1) / 2] > entry; index = parent)
        {
            _entries[index] = _entries[parent];
        }

        _entries[index] = entry;
    }

    public bool TryPop(out uint rank, out int position)
    {
        if (_count == 0)
        {
            (rank, position) = (0, 0);
            return false;
        }

        (rank, position) = ((uint)(_entries[0] >> 32), (int)(uint)_entries[0]);
        SiftDown(_entries[--_count]);
        return true;
    }

    /// <summary>Gives the array back.</summary>
    public readonly void Return() => ArrayPool<ulong>.Shared.Return(_entries);

    private void Grow()
    {
        var larger = ArrayPool<ulong>.Shared.Rent(_count * 2);
        _entries.CopyTo(larger.AsSpan());
        ArrayPool<ulong>.Shared.Return(_entries);
        _entries = larger;
    }

    private readonly void SiftDown(ulong entry)
    {
        var index = 0;
        for (var child = 1; child < _count; child = index * 2 + 1)
        {
            if (child + 1 < _count && _entries[child + 1] < _entries[child])
            {
                child++;
            }

            if (_entries[child] >= entry)
            {
                break;
            }

            _entries[index] = _entries[child];
            index = child;
        }

        _entries[index] = entry;
    }
}
