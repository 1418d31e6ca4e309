using System.Text.Json;
using Rill.OpenAI.Responses;

namespace Rill.Chat.Responses;

/// <summary>A response as it is kept: its own input and itself, as JSON in UTF-8; what came before it is kept by itself.</summary>
public sealed class StoredResponse
{
    private readonly byte[] _input;

    internal StoredResponse(string id, int owner, string? previousId, byte[] input, int length) =>
        (Id, Owner, PreviousId, _input, Length) = (id, owner, previousId, input, length);

    /// <summary>The response's id.</summary>
    public string Id { get; }

    /// <summary>The response object; empty while it is being made.</summary>
    public ReadOnlyMemory<byte> Json { get; private set; }

    /// <summary>About how long input and output are within a prompt, in characters.</summary>
    public int Length { get; private set; }

    internal int Owner { get; }

    internal string? PreviousId { get; }

    internal long LastUse { get; set; }

    internal LinkedListNode<StoredResponse>? Place { get; set; }

    internal bool IsComplete => Json.Length > 0;

    internal long Bytes => _input.Length + Json.Length;

    /// <summary>The items of its request, oldest first, each with an id.</summary>
    public IReadOnlyList<ResponseItem> ReadInput() => JsonSerializer.Deserialize(_input, ResponsesJson.Wire.IReadOnlyListResponseItem)!;

    /// <summary>The items of its answer.</summary>
    public IReadOnlyList<ResponseItem> ReadOutput()
    {
        using var document = JsonDocument.Parse(Json);
        return document.RootElement.GetProperty("output").Deserialize(ResponsesJson.Wire.IReadOnlyListResponseItem)!;
    }

    internal void Complete(byte[] json, int length) => (Json, Length) = (json, Length + length);
}
