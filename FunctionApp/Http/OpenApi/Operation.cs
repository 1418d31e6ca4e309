using System.Globalization;
using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>What is asked with one method at one path.</summary>
/// <param name="Id">Its name for programs that are generated; unique in the document.</param>
/// <param name="Tag">The group in which it is shown.</param>
/// <param name="Summary">What it does.</param>
internal sealed record Operation(string Id, string Tag, string Summary)
{
    private const string Json = "application/json";

    /// <summary>The schema of its body; null where it takes none.</summary>
    public string? Body { get; init; }

    /// <summary>A body that may be sent as it stands.</summary>
    public JsonObject? Example { get; init; }

    /// <summary>What it answers with 200: media types with the names of schemas, null for text.</summary>
    public IReadOnlyList<(string MediaType, string? Schema)> Answers { get; init; } = [];

    /// <summary>The schema of its errors.</summary>
    public string Errors { get; init; } = "ErrorBody";

    /// <summary>The schema of the event that ends a stream which failed; null for that of its errors.</summary>
    public string? FailedEvent { get; init; }

    /// <summary>The statuses of its errors.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>Its parameters; those in its path too.</summary>
    public IReadOnlyList<JsonObject> Parameters { get; init; } = [];

    /// <summary>False where no key is asked for.</summary>
    public bool NeedsKey { get; init; } = true;

    /// <summary>A parameter within a path.</summary>
    public static JsonObject InPath(string name, string description) =>
        new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["description"] = description, ["schema"] = Schema.AnyText() };

    /// <summary>A parameter behind a path.</summary>
    public static JsonObject InQuery(string name, JsonObject schema, string description) =>
        new() { ["name"] = name, ["in"] = "query", ["description"] = description, ["schema"] = schema };

    /// <summary>One that answers with one JSON value.</summary>
    public Operation Answering(string schema) => this with { Answers = [(Json, schema)] };

    /// <summary>One that answers with one JSON value, or with a stream of others.</summary>
    public Operation Answering(string schema, string streamed) => this with { Answers = [(Json, schema), ("text/event-stream", streamed)] };

    /// <summary>The operation in the document.</summary>
    public JsonObject ToNode()
    {
        var node = new JsonObject { ["operationId"] = Id, ["tags"] = Schema.Array(Tag), ["summary"] = Summary };
        if (Parameters.Count > 0)
        {
            node["parameters"] = new JsonArray([.. Parameters.Select(parameter => parameter.DeepClone())]);
        }

        if (Body is not null)
        {
            var content = new JsonObject { ["schema"] = Schema.Named(Body) };
            if (Example is not null)
            {
                content["example"] = Example.DeepClone();
            }

            node["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { [Json] = content } };
        }

        node["responses"] = Responses();
        if (!NeedsKey)
        {
            node["security"] = new JsonArray();
        }

        return node;
    }

    private JsonObject Responses()
    {
        var responses = new JsonObject();
        if (Answers.Count > 0)
        {
            var content = Answers.Select(answer => KeyValuePair.Create<string, JsonNode?>(answer.MediaType, new JsonObject { ["schema"] = Content(answer) }));
            responses["200"] = new JsonObject
            {
                ["description"] = Answers.Count > 1 ? "The answer: whole, or with stream: true as events, each with one such object as its data." : "The answer.",
                ["headers"] = ErrorResponses.RequestId(),
                ["content"] = new JsonObject(content),
            };
        }

        IEnumerable<int> statuses = NeedsKey ? Statuses.Append(401).Append(500).Order() : Statuses;
        foreach (var status in statuses)
        {
            responses[status.ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["$ref"] = ErrorResponses.Reference(Errors, status) };
        }

        return responses;
    }

    private JsonObject Content((string MediaType, string? Schema) answer) =>
        answer.Schema is null ? Schema.AnyText()
        : answer.MediaType == Json ? Schema.Named(answer.Schema)
        : Schema.Either(Schema.Named(answer.Schema), Schema.Named(FailedEvent ?? Errors));
}
