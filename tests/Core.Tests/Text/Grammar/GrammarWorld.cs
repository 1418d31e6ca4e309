using System.Text;
using System.Text.Json;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Grammars over a vocabulary of bytes, and whether texts obey them.</summary>
internal static class GrammarWorld
{
    /// <summary>A token for each byte, and an end token.</summary>
    public static TokenVocabulary Bytes { get; } = new(new ByteTokenizer(), [ByteTokenizer.EndOfText]);

    /// <summary>The grammar of a schema, written as JSON.</summary>
    public static CompiledGrammar Compile(string schema, TokenVocabulary? vocabulary = null, GrammarLimits? limits = null) =>
        CompiledGrammar.OfSchema(JsonElement.Parse(schema), vocabulary ?? Bytes, limits);

    /// <summary>Whether a text is one of a grammar's.</summary>
    public static bool Accepts(this CompiledGrammar grammar, string text)
    {
        var matcher = new GrammarMatcher(grammar);
        return matcher.TryAccept(Encoding.UTF8.GetBytes(text)) && matcher.MayEnd;
    }

    /// <summary>Whether a text obeys a schema.</summary>
    public static bool Accepts(string schema, string text) => Compile(schema).Accepts(text);
}
