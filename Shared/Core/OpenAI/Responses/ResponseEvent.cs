namespace Rill.OpenAI.Responses;

/// <summary>An event of a streamed response. Which of the members an event has depends on its type.</summary>
/// <param name="Type">The event's name, such as response.output_text.delta.</param>
public sealed record ResponseEvent(string Type)
{
    /// <summary>From 0, without gaps within a stream.</summary>
    public int SequenceNumber { get; init; }

    /// <summary>Of events that tell the response's state.</summary>
    public Response? Response { get; init; }

    /// <summary>The item's id, where the event is of something within an item.</summary>
    public string? ItemId { get; init; }

    /// <summary>The item's place in the output, from 0.</summary>
    public int? OutputIndex { get; init; }

    /// <summary>The part's place in the item's content, from 0.</summary>
    public int? ContentIndex { get; init; }

    /// <summary>The part's place in the reasoning's summary, from 0.</summary>
    public int? SummaryIndex { get; init; }

    /// <summary>Of events that begin or end an item.</summary>
    public ResponseItem? Item { get; init; }

    /// <summary>Of events that begin or end a part.</summary>
    public ResponsePart? Part { get; init; }

    /// <summary>What text or arguments have gained.</summary>
    public string? Delta { get; init; }

    /// <summary>All of a text, at its end.</summary>
    public string? Text { get; init; }

    /// <summary>All of a call's arguments, at their end.</summary>
    public string? Arguments { get; init; }

    /// <summary>Of a call's end: the function.</summary>
    public string? Name { get; init; }

    /// <summary>Of output_text: entries of the tokens that are told with it; empty where none were asked for.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}
