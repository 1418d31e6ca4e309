using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Output.Responses;

/// <summary>
/// Makes a response of an answer's parts, and the events that tell it as it grows (contract A.5). Streamed and whole answers are made by
/// the same calls, so they hold the same items. Used by one caller at a time.
/// </summary>
/// <param name="begun">The response before its first item.</param>
/// <param name="style">How reasoning is told.</param>
/// <param name="time">Tells when the response is complete.</param>
public sealed class ResponseBuilder(Response begun, ReasoningStyle style, TimeProvider time)
{
    private const string Completed = "completed";
    private const string Incomplete = "incomplete";

    private readonly List<ResponseItem> _output = [];
    private OutputItem? _open;
    private ChoiceFinish? _finish;

    /// <summary>The response so far: before the end without output.</summary>
    public Response Response { get; private set; } = begun;

    /// <summary>The response of a generation that has just begun.</summary>
    /// <param name="request">The request.</param>
    /// <param name="generation">Its answer, of one choice.</param>
    /// <param name="isStored">Whether a later request can name it.</param>
    public static Response Begin(ResponseRequest request, ChatGeneration generation, bool isStored)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(generation);
        var defaults = generation.Model.Sampling;
        return request.Echo with
        {
            Id = generation.Id,
            CreatedAt = generation.Created,
            Model = generation.Model.Id,
            Store = isStored,
            Temperature = request.Settings.Temperature ?? defaults.Temperature,
            TopP = request.Settings.TopP ?? defaults.TopP,
        };
    }

    /// <summary>The events before the first token.</summary>
    public IEnumerable<ResponseEvent> Begin() => [State("response.created"), State("response.in_progress")];

    /// <summary>Takes what the answer has gained, and gives its events.</summary>
    public IReadOnlyList<ResponseEvent> Add(in ChoiceDelta delta)
    {
        _finish = delta.Finish ?? _finish;
        var events = new List<ResponseEvent>();
        IReadOnlyList<TokenLogprob>? logprobs = delta.Logprobs is { } entries ? [.. entries.Where(entry => entry.HasText)] : null;
        foreach (var part in delta.Parts)
        {
            var kind = part.Kind == AnswerPartKind.ToolCall ? AnswerPartKind.ToolArguments : part.Kind;
            if (part.Kind == AnswerPartKind.ToolCall || _open?.Kind != kind)
            {
                events.AddRange(Close(Completed));
                events.AddRange(Open(part));
            }

            if (part.Kind == AnswerPartKind.ToolCall)
            {
                continue;
            }

            var isContent = kind == AnswerPartKind.Content;
            events.Add(_open!.Add(part.Text, isContent ? logprobs : null));
            logprobs = isContent ? null : logprobs;    // they ride with the first text of their delta
        }

        return events;
    }

    /// <summary>The end: the last item's events, and the one that has the whole response.</summary>
    public IReadOnlyList<ResponseEvent> End(Usage usage)
    {
        var reason = _finish?.Reason switch
        {
            FinishReason.Length => "max_output_tokens",
            FinishReason.ContentFilter => "content_filter",
            _ => null,
        };
        var status = reason is null ? Completed : Incomplete;
        var events = new List<ResponseEvent>();
        if (_open is null)
        {
            events.AddRange(Open(AnswerPart.Content("")));    // an answer without a word is an empty message, as clients expect one
        }

        events.AddRange(Close(status));
        Response = Response with
        {
            Status = status,
            CompletedAt = reason is null ? time.GetUtcNow().ToUnixTimeSeconds() : null,
            IncompleteDetails = reason is null ? null : new IncompleteDetails(reason),
            Output = [.. _output],
            Usage = ResponseUsage.Of(usage),
        };
        events.Add(State($"response.{status}"));
        return events;
    }

    private ResponseEvent State(string type) => new(type) { Response = Response };

    private IEnumerable<ResponseEvent> Open(AnswerPart part)
    {
        _open = part.Kind switch
        {
            AnswerPartKind.Content => new MessageItem(ItemId("msg"), _output.Count),
            AnswerPartKind.Reasoning => new ReasoningItem(ItemId("rs"), _output.Count, style),
            _ => new CallItem(ItemId("fc"), _output.Count, part.CallId!, part.Text),
        };
        return _open.Begin();
    }

    private List<ResponseEvent> Close(string status)
    {
        if (_open is null)
        {
            return [];
        }

        var events = _open.End(status).ToList();
        _output.Add(events[^1].Item!);
        _open = null;
        return events;
    }

    private string ItemId(string prefix) => ResponseItemId.Of(prefix, Response.Id, _output.Count);
}
