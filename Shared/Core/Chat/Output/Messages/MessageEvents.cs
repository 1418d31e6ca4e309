using Rill.Anthropic;
using Rill.OpenAI;
using MessageStopReason = Rill.Anthropic.StopReason;

namespace Rill.Chat.Output.Messages;

/// <summary>The events of one answer of the Messages API, in the contract's order (A.8): start, blocks, end.</summary>
public sealed class MessageEvents
{
    private readonly ChatGeneration _generation;
    private readonly MessagesRequest _request;
    private readonly Action<MessageEvent> _write;
    private readonly MessageBlocks _blocks;
    private ChoiceFinish? _finish;

    /// <summary>Events of a generation.</summary>
    /// <param name="generation">What makes the answer; one choice.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="write">Takes the events.</param>
    public MessageEvents(ChatGeneration generation, MessagesRequest request, Action<MessageEvent> write)
    {
        (_generation, _request, _write) = (generation, request, write);
        _blocks = new MessageBlocks(write, request.OmitsThinking);
    }

    /// <summary>Writes what comes before the first token. What came from the prefix cache is not known yet: the end tells.</summary>
    public void Begin() => _write(new MessageStart(new Message(
        _generation.Id,
        _generation.Model.Id,
        [],
        new MessageUsage(_generation.PromptTokens, OutputTokens: 0))));

    /// <summary>Writes what the answer has gained.</summary>
    public void Add(in ChoiceDelta delta)
    {
        if (!_request.IsPrefillOnly)
        {
            foreach (var part in delta.Parts)
            {
                _blocks.Add(part);
            }
        }

        _finish = delta.Finish;
    }

    /// <summary>Writes the end; the last delta must have come.</summary>
    public void End()
    {
        _blocks.Close();
        var usage = _generation.Usage;
        _write(new MessageDelta(new MessageEnd(Reason(usage), _finish!.StopReason?.Text), Counts(usage)));
        _write(new MessageStop());
    }

    private MessageStopReason Reason(Usage usage) => _finish switch
    {
        _ when _request.IsPrefillOnly => MessageStopReason.MaxTokens,
        { Reason: FinishReason.Length } when usage.CompletionTokens < _request.Chat.TokenLimit => MessageStopReason.ModelContextWindowExceeded,
        { Reason: FinishReason.Length } => MessageStopReason.MaxTokens,
        { StopReason.Text: not null } => MessageStopReason.StopSequence,
        _ when _blocks.HasToolUse => MessageStopReason.ToolUse,
        _ => MessageStopReason.EndTurn,
    };

    private MessageUsage Counts(Usage usage)
    {
        var cached = usage.PromptTokensDetails?.CachedTokens ?? 0;
        return new MessageUsage(usage.PromptTokens - cached, _request.IsPrefillOnly ? 0 : usage.CompletionTokens)
        {
            CacheReadInputTokens = cached,
            OutputTokensDetails = usage.CompletionTokensDetails is { } details ? new OutputTokensDetails(details.ReasoningTokens) : null,
        };
    }
}
