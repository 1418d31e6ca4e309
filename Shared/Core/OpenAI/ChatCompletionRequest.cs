using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// A chat completion request as it was read: null means absent or null on the wire. Ranges are not checked yet; that is
/// <see cref="ChatRequestRules"/>. Fields that the contract accepts and ignores do not appear.
/// </summary>
public sealed record ChatCompletionRequest : GenerationRequest
{
    /// <summary>The conversation, oldest first.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>True to report log-probabilities.</summary>
    public bool Logprobs { get; init; }

    /// <summary>The tools that the model is told of: an array, at least one, exactly as it was given. Null when absent or empty.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>The functions among <see cref="Tools"/>, in the same order.</summary>
    public IReadOnlyList<ToolDefinition> Functions { get; init; } = [];

    /// <summary>Whether the model may call them; null when the request does not say.</summary>
    public ToolChoice? ToolChoice { get; init; }

    /// <summary>False for at most one call in an answer.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>True when the tools came under their older name, functions: a call is then told as the message's function_call.</summary>
    public bool AnswersWithFunctionCall { get; init; }

    /// <summary>How much the model thinks before it answers: none, minimal, low, medium, high, xhigh or max; null as the model does by itself.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Whether it thinks at all; null when only <see cref="ReasoningEffort"/> or nothing says so.</summary>
    public bool? EnableThinking { get; init; }

    /// <summary>Most tokens that it thinks, at least 0; null for no such limit.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>False to leave the reasoning out of the answer.</summary>
    public bool IncludeReasoning { get; init; } = true;

    /// <summary>Documents that the model is told of: an array of objects, at least one, as it was given. Null when absent or empty.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Further variables for the chat template: names to strings, numbers, booleans or nulls. Empty when absent.</summary>
    public IReadOnlyDictionary<string, JsonElement> ChatTemplateKwargs { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether the prompt ends with the beginning of an assistant's turn; by default unless the last message is continued.</summary>
    public bool? AddGenerationPrompt { get; init; }

    /// <summary>True to go on with the last message, an assistant's, instead of answering it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>The number of messages alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"ChatCompletionRequest({Messages.Count} messages)";

    /// <summary>Alternatives to report for each token, 0 to 20; more than 0 needs <see cref="Logprobs"/>.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>How the answer's id begins, which depends on the dialect that the request came in.</summary>
    public string IdPrefix { get; init; } = "chatcmpl-";

    /// <inheritdoc/>
    public override int? Alternatives => Logprobs ? TopLogprobs ?? 0 : null;
}
