using System.Text.Json.Serialization;

namespace Rill.OpenAI.Responses;

/// <summary>A page of a response's input items.</summary>
/// <param name="Data">The items.</param>
/// <param name="HasMore">True when further ones follow.</param>
public sealed record ResponseItemList(IReadOnlyList<ResponseItem> Data, bool HasMore)
{
    /// <summary>Always list.</summary>
    public string Object { get; init; } = "list";

    /// <summary>The first item's id; null for an empty page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FirstId => Data.Count > 0 ? Data[0].Id : null;

    /// <summary>The last item's id; null for an empty page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? LastId => Data.Count > 0 ? Data[^1].Id : null;
}

/// <summary>The answer to a deletion.</summary>
/// <param name="Id">The response that is gone.</param>
public sealed record DeletedResponse(string Id)
{
    /// <summary>Always response.</summary>
    public string Object { get; init; } = "response";

    /// <summary>Always true.</summary>
    public bool Deleted { get; init; } = true;
}

/// <summary>How many tokens a request's prompt has.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
public sealed record ResponseInputTokens(int InputTokens)
{
    /// <summary>Always response.input_tokens.</summary>
    public string Object { get; init; } = "response.input_tokens";
}
