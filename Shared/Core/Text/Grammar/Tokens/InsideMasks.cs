using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// Which tokens without a quotation mark may follow within a string, by the state of the string's automaton: what stands around the string
/// makes no difference, so all grammars share them. Keeps those that were used last. Thread-safe.
/// </summary>
internal sealed class InsideMasks
{
    // 128 masks of 150,000 tokens are 2.4 MB.
    private const int MostMasks = 128;

    private readonly Lock _lock = new();
    private readonly MaskCache<(StringAutomaton Automaton, int Place)> _masks = new(MostMasks);

    /// <summary>A state's mask, which nobody may change; null when it is not kept.</summary>
    public uint[]? Find((StringAutomaton Automaton, int Place) state)
    {
        lock (_lock)
        {
            return _masks.Find(state);
        }
    }

    /// <summary>Keeps a mask.</summary>
    public void Add((StringAutomaton Automaton, int Place) state, uint[] mask)
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
