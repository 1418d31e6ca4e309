using System.Text;
using Microsoft.Extensions.AI;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.ChatClient.Answers;

/// <summary>
/// Turns an answer's deltas into updates. A function call is told when it is whole; usage and the reason come with the last update.
/// </summary>
/// <param name="generation">The answer, of one choice.</param>
internal sealed class UpdateBuilder(ChatGeneration generation)
{
    private readonly StringBuilder _arguments = new();
    private readonly List<TokenLogprob> _logprobs = [];
    private (string Id, string Function)? _call;

    /// <summary>The update of a delta; null where it only adds to a call.</summary>
    public ChatResponseUpdate? Next(in ChoiceDelta delta)
    {
        var contents = new List<AIContent>();
        foreach (var part in delta.Parts)
        {
            Add(part, contents);
        }

        _logprobs.AddRange(delta.Logprobs ?? []);
        if (delta.Finish is { } finish)
        {
            EndCall(contents);
            contents.Add(new UsageContent(UsageOf(generation.Usage)));
            return Update(contents, ReasonOf(finish.Reason), AtTheEnd(finish));
        }

        return contents.Count > 0 ? Update(contents, null, null) : null;
    }

    private void Add(in AnswerPart part, List<AIContent> contents)
    {
        if (part.Kind == AnswerPartKind.ToolArguments)
        {
            _arguments.Append(part.Text);
            return;
        }

        EndCall(contents);
        switch (part.Kind)
        {
            case AnswerPartKind.Content:
                contents.Add(new TextContent(part.Text));
                break;
            case AnswerPartKind.Reasoning:
                contents.Add(new TextReasoningContent(part.Text));
                break;
            default:
                _call = (part.CallId!, part.Text);
                break;
        }
    }

    private void EndCall(List<AIContent> contents)
    {
        if (_call is { } call)
        {
            contents.Add(CallArguments.Read(call.Id, call.Function, _arguments.ToString()));
            _arguments.Clear();
            _call = null;
        }
    }

    private ChatResponseUpdate Update(List<AIContent> contents, ChatFinishReason? reason, AdditionalPropertiesDictionary? properties) =>
        new(ChatRole.Assistant, contents)
        {
            ResponseId = generation.Id,
            MessageId = generation.Id,
            ModelId = generation.Model.Id,
            CreatedAt = DateTimeOffset.FromUnixTimeSeconds(generation.Created),
            FinishReason = reason,
            AdditionalProperties = properties,
        };

    /// <summary>What the server tells beyond what updates have a place for, under its names.</summary>
    private AdditionalPropertiesDictionary AtTheEnd(ChoiceFinish finish)
    {
        var properties = new AdditionalPropertiesDictionary { ["system_fingerprint"] = generation.Model.Fingerprint };
        if (finish.StopReason is { } stop)
        {
            properties["stop_reason"] = stop.Text ?? (object)stop.TokenId!.Value;
        }

        if (generation.Warning is { } warning)
        {
            properties["warning"] = warning;
        }

        if (_logprobs.Count > 0)
        {
            properties["logprobs"] = _logprobs;
        }

        return properties;
    }

    private static UsageDetails UsageOf(Usage usage) => new()
    {
        InputTokenCount = usage.PromptTokens,
        OutputTokenCount = usage.CompletionTokens,
        TotalTokenCount = usage.TotalTokens,
        CachedInputTokenCount = usage.PromptTokensDetails?.CachedTokens,
        ReasoningTokenCount = usage.CompletionTokensDetails?.ReasoningTokens,
    };

    private static ChatFinishReason ReasonOf(FinishReason reason) => reason switch
    {
        FinishReason.Length => ChatFinishReason.Length,
        FinishReason.ToolCalls or FinishReason.FunctionCall => ChatFinishReason.ToolCalls,
        FinishReason.ContentFilter => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };
}
