namespace Rill.ModelStore.Transfers;

/// <summary>
/// Hashes a file behind the front of its chunks, which arrive in any order: whoever brings the next one in line hashes it and all that
/// wait behind it, while the others go on reading.
/// </summary>
internal sealed class OrderedHash(ManifestFile file, int chunkCount) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileHash _hash = new(file);
    private readonly Memory<byte>[] _arrived = new Memory<byte>[chunkCount];
    private volatile int _next;
    private bool _hashing;

    /// <summary>How many chunks, from the first on, have been hashed.</summary>
    public int Front => _next;

    /// <summary>Takes a chunk that stays where it is until the hash is complete.</summary>
    /// <returns>False when this completes the file and its hash is wrong.</returns>
    public bool Add(int index, Memory<byte> bytes)
    {
        lock (_lock)
        {
            _arrived[index] = bytes;
            if (_hashing || _arrived[_next].IsEmpty)
            {
                return true;
            }

            _hashing = true;
        }

        while (true)
        {
            _hash.Append(_arrived[_next].Span);
            lock (_lock)
            {
                _next++;
                if (_next == _arrived.Length)
                {
                    return _hash.IsRight();
                }

                if (_arrived[_next].IsEmpty)
                {
                    _hashing = false;
                    return true;
                }
            }
        }
    }

    public void Dispose() => _hash.Dispose();
}
