using System.Text.Json;
using Rill.OpenAI;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Chat.Constraints;

/// <summary>Makes the grammars of answers that must have a form, and keeps those that were used last. Thread-safe.</summary>
internal sealed class StructuredOutput(ChatModel model, GrammarLimits limits)
{
    private const int MostGrammars = 16;

    private readonly Lazy<TokenVocabulary> _vocabulary = new(() => new TokenVocabulary(model.Tokenizer, [.. model.EosTokenIds]));
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Schema, CompiledGrammar Grammar)> _byUse = [];

    /// <summary>What an answer may be; null for any text. The warning says what of the wish could not be fulfilled.</summary>
    public (CompiledGrammar? Grammar, string? Warning, ApiError? Error) Of(ResponseFormat? format)
    {
        if (format is null)
        {
            return default;
        }

        try
        {
            return (Find(format.Schema?.GetRawText() ?? """{"type":"object"}"""), null, null);
        }
        catch (SchemaException fault) when (fault.IsUnsupported && !format.IsStrict)
        {
            return (Find(IsOfObjects(format.Schema!.Value) ? """{"type":"object"}""" : "{}"), $"The schema is not enforced: {fault.Message}.", null);
        }
        catch (SchemaException fault)
        {
            var message = $"{ResponseFormat.SchemaPath} cannot be used: {fault.Message}.";
            return (null, null, fault.IsUnsupported
                ? ApiError.UnsupportedParameter(ResponseFormat.SchemaPath, message)
                : ApiError.InvalidValue(ResponseFormat.SchemaPath, message));
        }
    }

    private static bool IsOfObjects(JsonElement schema) =>
        schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object");

    private CompiledGrammar Find(string schema)
    {
        lock (_lock)
        {
            for (var node = _byUse.First; node is not null; node = node.Next)
            {
                if (node.Value.Schema == schema)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                    return node.Value.Grammar;
                }
            }
        }

        // Outside of the lock: a large schema keeps nobody waiting, and two requests with the same one may both compile it.
        // The first mask is made here too, so that the engine's first step finds it.
        var grammar = CompiledGrammar.OfSchema(JsonElement.Parse(schema), _vocabulary.Value, limits);
        new GrammarMatcher(grammar).FillMask(new uint[(_vocabulary.Value.Size + 31) / 32]);
        lock (_lock)
        {
            _byUse.AddFirst((schema, grammar));
            if (_byUse.Count > MostGrammars)
            {
                _byUse.RemoveLast();
            }
        }

        return grammar;
    }
}
