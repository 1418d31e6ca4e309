using System.Numerics;
using System.Text.Json;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;
using Rill.Text.Grammar.Strings;
using Rill.Text.Grammar.Tokens;

namespace Rill.Text.Grammar;

/// <summary>
/// What an answer may be, for one vocabulary: which tokens may follow each other. Answers share what it finds out on the way. Thread-safe.
/// </summary>
public sealed class CompiledGrammar
{
    // 128 masks of 150,000 tokens are 2.4 MB.
    private const int MostMasks = 128;

    private readonly Lock _lock = new();
    private readonly GrammarAutomaton _automaton;
    private readonly MaskCache<Configuration> _masks = new(MostMasks);
    private readonly HashSet<int> _marks;

    /// <summary>Of what a machine reads.</summary>
    /// <param name="root">Reads the whole answer.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="marks">The tokens that count as themselves and never as their text.</param>
    internal CompiledGrammar(Machine root, TokenVocabulary vocabulary, params IReadOnlyCollection<int> marks)
    {
        (_automaton, _marks, Vocabulary) = (new(root), [.. marks.Except(vocabulary.EndTokens)], vocabulary);
    }

    /// <summary>The tokens.</summary>
    public TokenVocabulary Vocabulary { get; }

    /// <summary>The grammar of the JSON texts of all values that obey a JSON Schema.</summary>
    /// <exception cref="SchemaException">The schema is broken, asks for what is not enforced, or needs more than the limits.</exception>
    public static CompiledGrammar OfSchema(JsonElement schema, TokenVocabulary vocabulary, GrammarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        return new(AnswerProgram.Of(SchemaCompiler.Compile(schema, new(limits ?? new()))), vocabulary);
    }

    /// <summary>Where every answer begins.</summary>
    internal Configuration Start => _automaton.Start;

    /// <summary>Where an answer stands after a token that does not end it; <see cref="Configuration.Dead"/> when it is not allowed.</summary>
    internal Configuration Walk(Configuration from, int token)
    {
        var text = Vocabulary.Bytes(token);
        if (text.Length > 0 && !_marks.Contains(token))
        {
            return Walk(from, text);
        }

        if (!_marks.Contains(token) && !Vocabulary.HasToken(token))
        {
            return Configuration.Dead;
        }

        lock (_lock)
        {
            return _automaton.StepToken(from, token);
        }
    }

    /// <summary>Where an answer stands after more text; <see cref="Configuration.Dead"/> when it is not allowed.</summary>
    internal Configuration Walk(Configuration from, ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            for (var at = 0; at < text.Length && from != Configuration.Dead; at++)
            {
                from = _automaton.Walk(from, text[at]);
            }

            return from;
        }
    }

    /// <summary>What follows where nothing is to choose, at most so many bytes and marks.</summary>
    internal ForcedText Forced(Configuration from, int most)
    {
        lock (_lock)
        {
            return ForcedText.After(_automaton, from, _marks, most);
        }
    }

    /// <summary>Writes the bits of the tokens that may follow.</summary>
    internal void Fill(Configuration at, Span<uint> mask)
    {
        lock (_lock)
        {
            var found = Mask(_automaton.Representative(at, Vocabulary.All.Depth)).AsSpan();
            found[..Math.Min(found.Length, mask.Length)].CopyTo(mask);
            mask[Math.Min(found.Length, mask.Length)..].Clear();
        }
    }

    /// <summary>True when every token may follow, end tokens included.</summary>
    internal bool AllowsAll(Configuration at)
    {
        var (anyText, anyToken) = (false, false);
        foreach (var frame in at.Frames)
        {
            anyText |= frame.Machine.TakesAnyText(frame.State);
            anyToken |= frame.Machine.TakesAnyToken(frame.State);
        }

        return at.IsAccepting && anyText && anyToken && _marks.All(mark => Takes(at, mark));
    }

    private uint[] Mask(Configuration at)
    {
        if (_masks.Find(at) is { } known)
        {
            return known;
        }

        var mask = new uint[(Vocabulary.Size + 31) / 32];
        MarkTokens(at, mask);
        foreach (var mark in _marks)
        {
            ref var word = ref mask[mark >> 5];
            word = Takes(at, mark) ? word | (1u << mark) : word & ~(1u << mark);
        }

        foreach (var end in at.IsAccepting ? Vocabulary.EndTokens : [])
        {
            mask[end >> 5] |= 1u << end;
        }

        _masks.Add(at, mask);
        return mask;
    }

    /// <summary>Or-s in what needs no look, where free text or a string may go on with it, and walks the rest.</summary>
    private void MarkTokens(Configuration at, uint[] mask)
    {
        var (anyText, anyToken, isOpen) = (false, false, false);
        foreach (var frame in at.Frames)
        {
            anyText |= frame.Machine.TakesAnyText(frame.State);
            anyToken |= frame.Machine.TakesAnyToken(frame.State);
            isOpen |= frame.Machine.IsOpen(frame.State, Vocabulary.All.Depth);
        }

        if (anyText)
        {
            Vocabulary.WithText.CopyTo(mask);
        }
        else if (FindString(at) is { } text)
        {
            MarkString(at, text, mask);
        }
        else
        {
            MarkWalked(at, isOpen, mask);
        }

        if (anyToken)
        {
            var others = Vocabulary.WithoutText;
            for (var word = 0; word < others.Length; word++)
            {
                mask[word] |= others[word];
            }
        }
    }

    /// <summary>The one string that the text may be in, among ways to read it that take no text as it comes.</summary>
    private Frame? FindString(Configuration at)
    {
        var found = (Frame?)null;
        foreach (var frame in at.Frames)
        {
            if (found is null && frame.Machine.Inside(frame.State, Vocabulary.All.Depth) is not null)
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

    /// <summary>Within a string: of its tokens only those that may end it depend on what follows it.</summary>
    private void MarkString(Configuration at, Frame text, uint[] mask)
    {
        var state = text.Machine.Inside(text.State, Vocabulary.All.Depth)!.Value;
        var others = at.Frames.Length == 1 ? Configuration.Dead : _automaton.Without(at, text);
        if (Vocabulary.Inside.Find(state) is not { } inside)
        {
            inside = new uint[mask.Length];
            var alone = others == Configuration.Dead ? at : _automaton.Only(text);
            MarkWalked(alone, text.Machine.IsOpen(text.State, Vocabulary.All.Depth), inside);
            var quoted = Vocabulary.QuotedTokens;
            for (var word = 0; word < quoted.Length; word++)
            {
                inside[word] &= ~quoted[word];
            }

            Vocabulary.Inside.Add(state, inside);
        }

        inside.CopyTo(mask, 0);
        Vocabulary.Quoted.Mark(_automaton, at, mask);
        if (others != Configuration.Dead)
        {
            Vocabulary.All.Mark(_automaton, others, mask);
        }
    }

    private void MarkWalked(Configuration at, bool isOpen, uint[] mask)
    {
        if (isOpen)
        {
            Vocabulary.Open.CopyTo(mask);
            Vocabulary.OpenRest.Mark(_automaton, at, mask);
            return;
        }

        if (PlainRoom(at) is var room and > 0)
        {
            Vocabulary.Plain(room).CopyTo(mask);
            Vocabulary.Rest.Mark(_automaton, at, mask);
            return;
        }

        var groups = Groups(at);
        if (groups != 0)
        {
            Vocabulary.MarkWithin(groups, mask);
        }

        Vocabulary.All.Mark(_automaton, at, mask, groups);
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

    private static bool Takes(Configuration at, int mark)
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
            if (room >= TokenVocabulary.PlainCharacters || (at.Frames.Length == 1 && frame.Machine.PlainRoomIsExact && room > 0))
            {
                return room;
            }
        }

        return 0;
    }
}
