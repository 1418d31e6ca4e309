using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Responses;

/// <summary>A request for a response, with what is stored of the conversation before it.</summary>
/// <param name="Chat">The request as chat has it.</param>
/// <param name="Input">The request's own items, references replaced by what they stand for.</param>
/// <param name="StoredLength">About how many characters of the prompt were taken from the store.</param>
public sealed record ResponseConversation(ChatCompletionRequest Chat, IReadOnlyList<ResponseItem> Input, int StoredLength)
{
    private const string ReferenceType = "item_reference";

    /// <summary>Looks up what the request refers to; or the error to answer with.</summary>
    /// <param name="request">The request.</param>
    /// <param name="store">What is stored.</param>
    /// <param name="owner">Who asks.</param>
    /// <param name="mostCharacters">Most of a conversation that is taken from the store; the limit of a request's body.</param>
    public static (ResponseConversation? Conversation, ApiError? Error) Find(ResponseRequest request, ResponseStore store, int owner, int mostCharacters)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(store);
        IReadOnlyList<StoredResponse> earlier = [];
        if (request.PreviousResponseId is { } previous)
        {
            if (store.FindConversation(previous, owner) is not { } found)
            {
                return (null, ResponseErrors.PreviousNotFound(previous));
            }

            earlier = found;
        }

        var length = earlier.Sum(response => (long)response.Length);
        if (length > mostCharacters)
        {
            return (null, TooLong($"more than {mostCharacters} characters"));
        }

        var (input, error) = Resolve(request.Input, store, owner);
        if (error is not null)
        {
            return (null, error);
        }

        IReadOnlyList<ResponseItem> before = [.. earlier.SelectMany(response => response.ReadInput().Concat(response.ReadOutput()))];
        return before.Count + input.Count > ChatRequestRules.MaxMessages
            ? (null, TooLong($"more than {ChatRequestRules.MaxMessages} items"))
            : (new(request.ToChat(before, input), input, (int)length), null);
    }

    private static (IReadOnlyList<ResponseItem> Items, ApiError? Error) Resolve(IReadOnlyList<ResponseItem> items, ResponseStore store, int owner)
    {
        var resolved = new List<ResponseItem>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i].Type == ReferenceType ? FindItem(items[i].Id!, store, owner) : items[i];
            if (item is null)
            {
                return ([], ResponseErrors.ItemNotFound(items[i].Id!, $"input[{i}].id"));
            }

            resolved.Add(item);
        }

        return (resolved, null);
    }

    private static ApiError TooLong(string size) =>
        ApiError.InvalidValue("previous_response_id", $"The conversation of previous_response_id has {size}: begin a new one.");

    private static ResponseItem? FindItem(string id, ResponseStore store, int owner) =>
        ResponseItemId.ResponseOf(id) is { } response && store.Find(response, owner) is { } stored
            ? stored.ReadOutput().Concat(stored.ReadInput()).FirstOrDefault(item => item.Id == id)
            : null;
}
