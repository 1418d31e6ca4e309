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
    private readonly CourteousLock _lock = new();
    private readonly GrammarAutomaton _automaton;
    private readonly GrammarMasks _masks;
    private readonly HashSet<int> _marks;

    /// <summary>Of what a machine reads.</summary>
    /// <param name="root">Reads the whole answer.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="marks">The tokens that count as themselves and never as their text.</param>
    internal CompiledGrammar(Machine root, TokenVocabulary vocabulary, params IReadOnlyCollection<int> marks)
    {
        (_automaton, _marks, Vocabulary) = (new(root), marks.Count == 0 ? [] : [.. marks.Except(vocabulary.EndTokens)], vocabulary);
        _masks = new(_automaton, vocabulary, _marks, _lock);
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

        using (_lock.Enter())
        {
            return _automaton.StepToken(from, token);
        }
    }

    /// <summary>Where an answer stands after more text; <see cref="Configuration.Dead"/> when it is not allowed.</summary>
    internal Configuration Walk(Configuration from, ReadOnlySpan<byte> text)
    {
        using (_lock.Enter())
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
        using (_lock.Enter())
        {
            return ForcedText.After(_automaton, from, _marks, most);
        }
    }

    /// <summary>The mask of the tokens that may follow, as far as it is made.</summary>
    internal MaskWork Mask(Configuration at) => _masks.Begin(at);

    /// <summary>True when every token may follow, end tokens included.</summary>
    internal bool AllowsAll(Configuration at)
    {
        var (anyText, anyToken) = (false, false);
        foreach (var frame in at.Frames)
        {
            anyText |= frame.Machine.TakesAnyText(frame.State);
            anyToken |= frame.Machine.TakesAnyToken(frame.State);
        }

        return at.IsAccepting && anyText && anyToken && _marks.All(mark => GrammarMasks.Takes(at, mark));
    }
}
