using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// Which tokens without a quotation mark may follow within a string, by where it stands: what is around the string makes no difference. Keeps
/// those that were used last, and with them their automata. Thread-safe.
/// </summary>
/// <param name="most">How many are kept: of 150,000 tokens each takes 19 kB.</param>
internal sealed class InsideMasks(int most)
{
    private readonly Lock _lock = new();
    private readonly MaskCache<InsideState> _masks = new(most);

    /// <summary>A state's mask, which nobody may change; null when it is not kept.</summary>
    public uint[]? Find(InsideState state)
    {
        lock (_lock)
        {
            return _masks.Find(state);
        }
    }

    /// <summary>Keeps a mask.</summary>
    public void Add(InsideState state, uint[] mask)
    {
        lock (_lock)
        {
            if (_masks.Find(state) is null)
            {
                _masks.Add(state, mask);
            }
        }
    }
}
