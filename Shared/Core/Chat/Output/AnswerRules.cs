using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>What of the parts that a model writes is told, and how an answer that called tools ends.</summary>
public sealed record AnswerRules
{
    /// <summary>All of it.</summary>
    public static AnswerRules Default { get; } = new();

    /// <summary>False to leave reasoning out, and with it the log-probabilities of an answer that has some, which would tell it.</summary>
    public bool TellsReasoning { get; init; } = true;

    /// <summary>Under which keys it is told.</summary>
    public ReasoningKeys ReasoningKeys { get; init; }

    /// <summary>Calls of an answer, which ends when the model begins another one; at least 1.</summary>
    public int MostToolCalls { get; init; } = int.MaxValue;

    /// <summary>True to leave out content that is nothing but white space before a call: models write a line end there, which says nothing.</summary>
    public bool DropsSpaceBeforeCalls { get; init; }

    /// <summary>Why an answer that called tools ended by itself.</summary>
    public FinishReason ToolFinish { get; init; } = FinishReason.ToolCalls;

    /// <summary>True to tell the call in the form of before there were tools: the message's function_call.</summary>
    public bool TellsFunctionCall { get; init; }

    /// <summary>The texts of <c>reasoning_content</c> and of <c>reasoning</c>; null for a key that is not written.</summary>
    public (string? ReasoningContent, string? Reasoning) Tell(string? reasoning) => (
        ReasoningKeys == ReasoningKeys.Reasoning ? null : reasoning,
        ReasoningKeys == ReasoningKeys.ReasoningContent ? null : reasoning);

    /// <summary>What a request asks for. A function that was named is called without the model's choice, so its finish is stop, as OpenAI's is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="keys">What the server is set to.</param>
    public static AnswerRules Of(ChatCompletionRequest request, ReasoningKeys keys) => new()
    {
        ReasoningKeys = keys,
        TellsReasoning = request.IncludeReasoning,
        MostToolCalls = request.ParallelToolCalls ? int.MaxValue : 1,
        DropsSpaceBeforeCalls = request.Functions.Count > 0 && request.ToolChoice?.Mode != ToolChoiceMode.None,
        ToolFinish = request.ToolChoice?.Mode == ToolChoiceMode.Named ? FinishReason.Stop
            : request.AnswersWithFunctionCall ? FinishReason.FunctionCall
            : FinishReason.ToolCalls,
        TellsFunctionCall = request.AnswersWithFunctionCall,
    };
}
