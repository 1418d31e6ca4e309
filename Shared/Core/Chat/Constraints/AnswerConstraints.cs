using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Chat.Constraints;

/// <summary>
/// What limits the tokens of answers, whatever a request asks for: the form of a text, calls of tools, how long it thinks. Keeps the grammars
/// that were used last. Thread-safe.
/// </summary>
/// <param name="model">The model that answers.</param>
/// <param name="limits">What one request's grammar may cost.</param>
internal sealed class AnswerConstraints(ChatModel model, GrammarLimits limits)
{
    private const int MostGrammars = 16;

    private readonly Lazy<TokenVocabulary> _vocabulary = new(() => new TokenVocabulary(model.Tokenizer, [.. model.EosTokenIds]));
    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, CompiledGrammar Grammar, string? Warning)> _byUse = [];

    /// <summary>What a request's answers must be.</summary>
    /// <param name="request">A checked request of any dialect.</param>
    /// <param name="promptOpensReasoning">True when the answer begins inside of the model's reasoning, because its prompt has opened it.</param>
    /// <returns>
    /// What makes the constraint of each choice, null where nothing is constrained; what of the wish is not fulfilled, null when all is; or
    /// the error to answer with.
    /// </returns>
    public (Func<ITokenConstraint>? New, string? Warning, ApiError? Error) Of(GenerationRequest request, bool promptOpensReasoning)
    {
        var form = AnswerForm.Of(request, model.Format, promptOpensReasoning);
        var budget = form.Reasoning is null ? null : (request as ChatCompletionRequest)?.ThinkingBudget;
        if (!form.IsLimited && budget is null)
        {
            return default;
        }

        try
        {
            var (grammar, warning) = Find(form);
            if (budget is not { } most)
            {
                return (New, warning, null);
            }

            var end = model.Tokenizer.Encode(PromptText.OfTemplate(form.Reasoning!.End.Trim()));
            return (() => new ThinkingBudget(New(), most, end), warning, null);

            GrammarConstraint New() => new(grammar, new JumpAhead(model.Tokenizer));
        }
        catch (AnswerFormException fault)
        {
            return (null, null, fault.Error);
        }
    }

    private (CompiledGrammar Grammar, string? Warning) Find(AnswerForm form)
    {
        var key = form.Key();
        lock (_lock)
        {
            for (var node = _byUse.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                    return (node.Value.Grammar, node.Value.Warning);
                }
            }
        }

        // Outside of the lock: a large schema keeps nobody waiting, and two requests with the same one may both compile it.
        // The first mask is made here too, so that the engine's first step finds it.
        var (grammar, warning) = AnswerGrammar.Compile(model, form, limits, _vocabulary.Value);
        new GrammarMatcher(grammar).FillMask(new uint[(_vocabulary.Value.Size + 31) / 32]);
        lock (_lock)
        {
            _byUse.AddFirst((key, grammar, warning));
            if (_byUse.Count > MostGrammars)
            {
                _byUse.RemoveLast();
            }
        }

        return (grammar, warning);
    }
}
