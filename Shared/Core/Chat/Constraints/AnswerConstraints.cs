using Rill.OpenAI;
using Rill.Serving;
using Rill.Text.Grammar;

namespace Rill.Chat.Constraints;

/// <summary>What limits the tokens of answers, whatever a request asks for: the form of a text, calls of tools, how long it thinks. Thread-safe.</summary>
/// <param name="model">The model that answers.</param>
/// <param name="limits">What one request's grammar may cost.</param>
internal sealed class AnswerConstraints(ChatModel model, GrammarLimits limits)
{
    private readonly StructuredOutput _structured = new(model, limits);

    /// <summary>What a request's answers must be.</summary>
    /// <param name="request">A checked request of any dialect.</param>
    /// <param name="promptOpensReasoning">True when the answer begins inside of the model's reasoning, because its prompt has opened it.</param>
    /// <returns>
    /// What makes the constraint of each choice, null where nothing is constrained; what of the wish is not fulfilled, null when all is; or
    /// the error to answer with.
    /// </returns>
    public (Func<ITokenConstraint>? New, string? Warning, ApiError? Error) Of(GenerationRequest request, bool promptOpensReasoning)
    {
        var (grammar, warning, error) = _structured.Of(request.ResponseFormat);
        return (grammar is null ? null : () => new GrammarConstraint(grammar), warning, error);
    }
}
