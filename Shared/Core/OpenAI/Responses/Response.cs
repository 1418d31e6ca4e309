using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rill.OpenAI.Responses;

/// <summary>The response object: the answer, and what of the request it answers. Null members are written where clients look for the key.</summary>
public sealed record Response
{
    /// <summary>resp_ and 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Always response.</summary>
    public string Object { get; init; } = "response";

    /// <summary>Unix seconds of admission.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>in_progress, completed or incomplete.</summary>
    public required string Status { get; init; }

    /// <summary>Unix seconds of the end; null before, and for what is incomplete.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? CompletedAt { get; init; }

    /// <summary>Always false.</summary>
    public bool Background { get; init; }

    /// <summary>Always null: what fails is answered with a status, or with an event of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ErrorDetail? Error { get; init; }

    /// <summary>Why the response is incomplete.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IncompleteDetails? IncompleteDetails { get; init; }

    /// <summary>As in the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Instructions { get; init; }

    /// <summary>As in the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>As in the request; it limits hosted tools, of which there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? MaxToolCalls { get; init; }

    /// <summary>As in the request; empty where it had none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The model that answers.</summary>
    public required string Model { get; init; }

    /// <summary>The answer's items in order.</summary>
    public IReadOnlyList<ResponseItem> Output { get; init; } = [];

    /// <summary>As in the request.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>As in the request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? PreviousResponseId { get; init; }

    /// <summary>As in the request.</summary>
    public ResponseReasoning Reasoning { get; init; } = new(null, null);

    /// <summary>Always default: there is one tier.</summary>
    public string ServiceTier { get; init; } = "default";

    /// <summary>Whether a later request can name this response.</summary>
    public bool Store { get; init; }

    /// <summary>What the answer was drawn with.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>As in the request, or plain text.</summary>
    public JsonElement Text { get; init; }

    /// <summary>As in the request, or auto.</summary>
    public JsonElement ToolChoice { get; init; }

    /// <summary>As in the request; empty where it had none.</summary>
    public JsonElement Tools { get; init; }

    /// <summary>Alternatives told for each token.</summary>
    public int TopLogprobs { get; init; }

    /// <summary>What the answer was drawn with.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Always disabled: no item is left out of a prompt.</summary>
    public string Truncation { get; init; } = "disabled";

    /// <summary>Token counts; null before the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ResponseUsage? Usage { get; init; }

    /// <summary>The id and the state alone, so that no log ever shows what was said.</summary>
    public override string ToString() => $"Response({Id}, {Status})";
}

/// <summary>Why a response is incomplete.</summary>
/// <param name="Reason">max_output_tokens or content_filter.</param>
public sealed record IncompleteDetails(string Reason);

/// <summary>What a request says of reasoning.</summary>
/// <param name="Effort">none, minimal, low, medium, high, xhigh or max; null as the model does by itself.</param>
/// <param name="Summary">auto, concise or detailed; says nothing here, where the reasoning is told as it is.</param>
public sealed record ResponseReasoning(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Effort,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Summary);
