using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar;

/// <summary>Follows one answer through a grammar, token by token.</summary>
public sealed class GrammarMatcher(CompiledGrammar grammar)
{
    private readonly List<Configuration> _places = [grammar.Start];
    private MaskWork? _mask;    // of the place for which it was asked last

    /// <summary>True when the answer is complete, and nothing but its end may follow.</summary>
    public bool IsComplete => _places[^1].IsComplete;

    /// <summary>True when the answer may end here.</summary>
    public bool MayEnd => _places[^1].IsAccepting;

    /// <summary>True where the text that comes next is what a model thinks before it answers.</summary>
    public bool IsReasoning => _places[^1].IsReasoning;

    /// <summary>True when every token may follow, end tokens included.</summary>
    public bool AllowsAll => grammar.AllowsAll(_places[^1]);

    /// <summary>Sets the bit of each token that may follow and clears all others; end tokens may where the answer may end.</summary>
    public void FillMask(Span<uint> mask)
    {
        var found = MaskOf(Work()).AsSpan();
        found[..Math.Min(found.Length, mask.Length)].CopyTo(mask);
        mask[Math.Min(found.Length, mask.Length)..].Clear();
    }

    /// <summary>The mask that <see cref="FillMask"/> writes here, so that another thread can make it beforehand; null when it is made.</summary>
    internal MaskWork? Missing() => Work() is { Mask: null } work ? work : null;

    /// <summary>What follows where nothing is to choose, at most so many bytes and marks.</summary>
    internal ForcedText Forced(int most) => grammar.Forced(_places[^1], most);

    /// <summary>Takes a token in; false, and nothing changes, when it may not follow. An end token changes nothing but the count.</summary>
    public bool TryAccept(int token)
    {
        var at = _places[^1];
        if (grammar.Vocabulary.IsEnd(token))
        {
            return at.IsAccepting && Add(at);
        }

        return grammar.Walk(at, token) is var next && next != Configuration.Dead && Add(next);
    }

    /// <summary>Takes text in that comes without tokens; false, and nothing changes, when it may not follow.</summary>
    public bool TryAccept(ReadOnlySpan<byte> text) => grammar.Walk(_places[^1], text) is var next && next != Configuration.Dead && Add(next);

    /// <summary>Forgets what was accepted last, so many times.</summary>
    public void RollBack(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(count, _places.Count);
        _places.RemoveRange(_places.Count - count, count);
    }

    private MaskWork Work() => _mask?.At == _places[^1] ? _mask : _mask = grammar.Mask(_places[^1]);

    /// <summary>A mask that is not made yet is begun anew: the other one may be in the middle of its work, or have failed.</summary>
    private uint[] MaskOf(MaskWork work)
    {
        if (work.Mask is { } made)
        {
            return made;
        }

        _mask = grammar.Mask(work.At);
        while (!_mask.Continue())
        {
            // its parts are for those who have others to do between them
        }

        return _mask.Mask!;
    }

    private bool Add(Configuration at)
    {
        _places.Add(at);
        return true;
    }
}
