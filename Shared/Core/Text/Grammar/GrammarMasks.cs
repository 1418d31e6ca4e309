using System.Numerics;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;
using Rill.Text.Grammar.Tokens;

namespace Rill.Text.Grammar;

/// <summary>Makes the masks of a grammar, and keeps those that were used last. Thread-safe.</summary>
/// <param name="automaton">The grammar's, which only who has the lock may use.</param>
/// <param name="vocabulary">The tokens.</param>
/// <param name="marks">The tokens that count as themselves and never as their text.</param>
/// <param name="lock">The grammar's.</param>
internal sealed class GrammarMasks(GrammarAutomaton automaton, TokenVocabulary vocabulary, HashSet<int> marks, CourteousLock @lock)
{
    // 128 masks of 150,000 tokens are 2.4 MB.
    private const int MostMasks = 128;

    // Of places within strings whose automata are this grammar's own, and go with it.
    private const int MostOfOwnStrings = 64;

    private readonly MaskCache<Configuration> _masks = new(MostMasks);
    private readonly InsideMasks _ownStrings = new(MostOfOwnStrings);

    /// <summary>Words of a mask.</summary>
    public int Words => (vocabulary.Size + 31) / 32;

    /// <summary>The mask of a place, if it is kept; else what makes it.</summary>
    public MaskWork Begin(Configuration at)
    {
        using (@lock.Enter())
        {
            var key = automaton.Representative(at, vocabulary.All.Depth);
            return new(this, at, key, _masks.Find(key));
        }
    }

    /// <summary>A mask that is kept; null where none is.</summary>
    public uint[]? Find(Configuration key)
    {
        using (@lock.Enter())
        {
            return _masks.Find(key);
        }
    }

    /// <summary>Keeps a mask; returns it, or the one that another thread has made before.</summary>
    public uint[] Keep(Configuration key, uint[] mask)
    {
        using (@lock.Enter())
        {
            if (_masks.Find(key) is { } known)
            {
                return known;
            }

            _masks.Add(key, mask);
            return mask;
        }
    }

    /// <summary>Does a part of a walk; true when it is at its end.</summary>
    public bool Advance(TokenWalk walk, int nodes)
    {
        using (@lock.EnterForLong())
        {
            return walk.Continue(nodes);
        }
    }

    /// <summary>Writes the mask of a place: in order, whatever needs no walk, and the walks, each of which is to be gone to its end.</summary>
    public IEnumerable<TokenWalk> Walks(Configuration at, uint[] mask)
    {
        var (anyText, anyToken, isOpen) = (false, false, false);
        foreach (var frame in at.Frames)
        {
            anyText |= frame.Machine.TakesAnyText(frame.State);
            anyToken |= frame.Machine.TakesAnyToken(frame.State);
            isOpen |= frame.Machine.IsOpen(frame.State, vocabulary.All.Depth);
        }

        if (anyText)
        {
            vocabulary.WithText.CopyTo(mask);
        }
        else if (FindString(at) is { } text)
        {
            foreach (var walk in WalksOfString(at, text, mask))
            {
                yield return walk;
            }
        }
        else
        {
            foreach (var walk in Rest(at, isOpen, mask))
            {
                yield return walk;
            }
        }

        MarkTokens(at, anyToken, mask);
    }

    /// <summary>Sets the bits of tokens without text, of marks and of ends.</summary>
    private void MarkTokens(Configuration at, bool anyToken, uint[] mask)
    {
        var others = vocabulary.WithoutText;
        for (var word = 0; anyToken && word < others.Length; word++)
        {
            mask[word] |= others[word];
        }

        foreach (var mark in marks)
        {
            ref var word = ref mask[mark >> 5];
            word = Takes(at, mark) ? word | (1u << mark) : word & ~(1u << mark);
        }

        foreach (var end in at.IsAccepting ? vocabulary.EndTokens : [])
        {
            mask[end >> 5] |= 1u << end;
        }
    }

    /// <summary>Within a string: of its tokens only those that may end it depend on what follows it.</summary>
    private IEnumerable<TokenWalk> WalksOfString(Configuration at, Frame text, uint[] mask)
    {
        var state = text.Machine.Inside(text.State, vocabulary.All.Depth)!.Value;
        var (alone, others) = Parts(at, text);
        var kept = state.Automaton.IsShared ? vocabulary.Inside : _ownStrings;
        var inside = kept.Find(state);
        if (inside is null)
        {
            inside = new uint[mask.Length];
            foreach (var walk in Rest(alone, text.Machine.IsOpen(text.State, vocabulary.All.Depth), inside))
            {
                yield return walk;
            }

            vocabulary.ClearQuoted(inside);
            kept.Add(state, inside);
        }

        inside.CopyTo(mask, 0);
        yield return new(vocabulary.Quoted, automaton, at, mask);
        if (others != Configuration.Dead)
        {
            yield return new(vocabulary.All, automaton, others, mask);
        }
    }

    /// <summary>One way in which a text can be read, and all others.</summary>
    private (Configuration Alone, Configuration Others) Parts(Configuration at, Frame text)
    {
        using (@lock.Enter())
        {
            return at.Frames.Length == 1 ? (at, Configuration.Dead) : (automaton.Only(text), automaton.Without(at, text));
        }
    }

    /// <summary>Or-s in what needs no look, and walks the rest.</summary>
    private IEnumerable<TokenWalk> Rest(Configuration at, bool isOpen, uint[] mask)
    {
        if (isOpen)
        {
            vocabulary.Open.CopyTo(mask);
            yield return new(vocabulary.OpenRest, automaton, at, mask);
        }
        else if (PlainRoom(at) is var room and > 0)
        {
            vocabulary.Plain(room).CopyTo(mask);
            yield return new(vocabulary.Odd, automaton, at, mask);
            if (room > TokenVocabulary.PlainCharacters || !IsExact(at))
            {
                yield return new(vocabulary.Long, automaton, at, mask);
            }
        }
        else
        {
            var groups = Groups(at);
            if (groups != 0)
            {
                vocabulary.MarkWithin(groups, mask);
            }

            yield return new(vocabulary.All, automaton, at, mask, groups);
        }
    }

    /// <summary>True where not one plain character more may follow than <see cref="PlainRoom"/> says.</summary>
    private static bool IsExact(Configuration at) => at.Frames is [var only] && only.Machine.PlainRoomIsExact;

    /// <summary>The one string that the text may be in, among ways to read it that take no text as it comes.</summary>
    private Frame? FindString(Configuration at)
    {
        var found = (Frame?)null;
        foreach (var frame in at.Frames)
        {
            if (found is null && frame.Machine.Inside(frame.State, vocabulary.All.Depth) is not null)
            {
                found = frame;
            }
            else if (frame.Machine.PlainRoom(frame.State) > 0)
            {
                return null;
            }
        }

        return found;
    }

    /// <summary>Groups of characters of which any text may follow, if most tokens are of them.</summary>
    private static uint Groups(Configuration at)
    {
        var most = 0u;
        foreach (var frame in at.Frames)
        {
            var groups = frame.Machine.Groups(frame.State);
            most = BitOperations.PopCount(groups) > BitOperations.PopCount(most) ? groups : most;
        }

        return (most & CharacterGroups.MostTokens) != 0 ? most : 0;
    }

    /// <summary>True when a mark of the model's own may follow.</summary>
    public static bool Takes(Configuration at, int mark)
    {
        foreach (var frame in at.Frames)
        {
            if (frame.Machine.StepToken(frame.State, mark).Kind != MoveKind.None)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// How many plain characters may follow, whichever they are, where that answers for all plain tokens: else 0. Where fewer may follow than
    /// the longest plain token has, that is so only if nothing but the end of the string's length stops it.
    /// </summary>
    private static int PlainRoom(Configuration at)
    {
        foreach (var frame in at.Frames)
        {
            var room = frame.Machine.PlainRoom(frame.State);
            if (room >= TokenVocabulary.PlainCharacters || (IsExact(at) && room > 0))
            {
                return room;
            }
        }

        return 0;
    }
}
