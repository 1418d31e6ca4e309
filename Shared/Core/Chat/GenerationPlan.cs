using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.Chat;

/// <summary>What admission needs to know of a checked request, whichever dialect it came in.</summary>
/// <param name="Request">The fields that all dialects have.</param>
internal sealed record GenerationPlan(GenerationRequest Request)
{
    /// <summary>The model that the request names, or the base.</summary>
    public required ChatModel Model { get; init; }

    /// <summary>OpenTelemetry's name for what is asked.</summary>
    public required string Operation { get; init; }

    /// <summary>How the answer's id begins.</summary>
    public required string IdPrefix { get; init; }

    /// <summary>The field that holds the prompts.</summary>
    public required string PromptField { get; init; }

    /// <summary>For each prompt about how many tokens it has, known before any is encoded.</summary>
    public required IReadOnlyList<int> EstimatedTokens { get; init; }

    /// <summary>Encodes the prompts, as many as were estimated; or the error to answer with.</summary>
    public required Func<CancellationToken, (IReadOnlyList<EncodedPrompt> Prompts, ApiError? Error)> Encode { get; init; }

    /// <summary>Makes what reads the text of one of a prompt's choices.</summary>
    public required Func<EncodedPrompt, IAnswerParser> NewParser { get; init; }

    /// <summary>What of the answer's parts is told.</summary>
    public AnswerRules Rules { get; init; } = AnswerRules.Default;

    /// <summary>True when a choice's text goes on with its prompt's, as against being a text of its own.</summary>
    public bool ContinuesPrompt { get; init; }

    /// <summary>Choices for each prompt.</summary>
    public int ChoicesPerPrompt => Request.N ?? 1;

    /// <summary>All choices.</summary>
    public int Choices => EstimatedTokens.Count * ChoicesPerPrompt;
}
