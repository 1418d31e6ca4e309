using System.Text.Json;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Schema;
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
    private readonly MaskCache _masks = new(MostMasks);

    private CompiledGrammar(Rule root, TokenVocabulary vocabulary)
    {
        _automaton = new(root);
        Vocabulary = vocabulary;
    }

    /// <summary>The tokens.</summary>
    public TokenVocabulary Vocabulary { get; }

    /// <summary>The grammar of the JSON texts of all values that obey a JSON Schema.</summary>
    /// <exception cref="SchemaException">The schema is broken, asks for what is not enforced, or needs more than the limits.</exception>
    public static CompiledGrammar OfSchema(JsonElement schema, TokenVocabulary vocabulary, GrammarLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        limits ??= new();
        JsonText.CheckUnicode(schema);
        return schema.GetRawText().Length > limits.SchemaBytes
            ? throw new SchemaException($"it has more than {limits.SchemaBytes} characters") { IsUnsupported = true }
            : new(SchemaCompiler.Compile(schema, limits), vocabulary);
    }

    /// <summary>Where every answer begins.</summary>
    internal Configuration Start => _automaton.Start;

    /// <summary>Where an answer stands after more text; <see cref="Configuration.Dead"/> when it is not allowed.</summary>
    internal Configuration Walk(Configuration from, ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            for (var at = 0; at < text.Length && from != Configuration.Dead; at++)
            {
                from = from.Next[text[at]] ?? _automaton.Step(from, text[at]);
            }

            return from;
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

    private uint[] Mask(Configuration at)
    {
        if (_masks.Find(at) is { } known)
        {
            return known;
        }

        var mask = new uint[(Vocabulary.Size + 31) / 32];
        MarkTokens(at, mask);
        foreach (var end in at.IsAccepting ? Vocabulary.EndTokens : [])
        {
            mask[end >> 5] |= 1u << end;
        }

        _masks.Add(at, mask);
        return mask;
    }

    /// <summary>Or-s in what needs no look, where a string may go on with it, and walks the rest.</summary>
    private void MarkTokens(Configuration at, uint[] mask)
    {
        foreach (var frame in at.Frames)
        {
            if (frame.Machine.IsOpen(frame.State, Vocabulary.All.Depth))
            {
                Vocabulary.Open.CopyTo(mask);
                Vocabulary.OpenRest.Mark(_automaton, at, mask);
                return;
            }
        }

        var room = PlainRoom(at);
        Vocabulary.Plain(room).CopyTo(mask);
        (room > 0 ? Vocabulary.Rest : Vocabulary.All).Mark(_automaton, at, mask);
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
