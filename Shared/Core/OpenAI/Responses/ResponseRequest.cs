namespace Rill.OpenAI.Responses;

/// <summary>A request for a response as it was read. What it says of earlier responses is not looked up yet.</summary>
public sealed record ResponseRequest
{
    /// <summary>The items of this request, oldest first; those of type item_reference stand for stored ones.</summary>
    public required IReadOnlyList<ResponseItem> Input { get; init; }

    /// <summary>The response that this one goes on with; null for none.</summary>
    public string? PreviousResponseId => Echo.PreviousResponseId;

    /// <summary>True when the client wants to name this response later.</summary>
    public bool Store => Echo.Store;

    /// <summary>The response object with all that is known of it before the answer; id, time, state, model and sampling are placeholders.</summary>
    public required Response Echo { get; init; }

    /// <summary>All but the conversation, in chat's terms.</summary>
    public required ChatCompletionRequest Settings { get; init; }

    /// <summary>The request as chat has it.</summary>
    /// <param name="earlier">The items of the responses before this one, oldest first.</param>
    /// <param name="input">The items of this request, references replaced by what they stand for.</param>
    public ChatCompletionRequest ToChat(IEnumerable<ResponseItem> earlier, IEnumerable<ResponseItem> input) =>
        Settings with { Messages = ResponseMessages.Of(Echo.Instructions, earlier.Concat(input)) };

    /// <summary>The number of items alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"ResponseRequest({Input.Count} items)";
}
