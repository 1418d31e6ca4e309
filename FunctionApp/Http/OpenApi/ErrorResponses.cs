using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The answers that are no success, one for each status and shape (contract A.0).</summary>
internal static class ErrorResponses
{
    /// <summary>The shapes: OpenAI's, and Anthropic's.</summary>
    private static readonly string[] s_shapes = ["ErrorBody", "AnthropicMessageErrorBody"];

    private static readonly Dictionary<int, string> s_descriptions = new()
    {
        [400] = "The body is no JSON, a field has a wrong type or lies outside its range, asks for what is not implemented, or the prompt does not fit the context.",
        [401] = "No key, or a wrong one.",
        [403] = "The settings do not allow it.",
        [404] = "No such model, response or path.",
        [408] = "The body came too slowly.",
        [413] = "The body is too large (setting Rill__MaxBodyBytes).",
        [415] = "The body's type is not application/json, or its encoding is not gzip.",
        [500] = "The server failed; its log says why.",
        [503] = "The queue is full, the model loads or could not be loaded, or the server shuts down.",
        [504] = "The deadline passed before the headers.",
    };

    /// <summary>Statuses with which a client should come back.</summary>
    private static readonly int[] s_withRetryAfter = [408, 500, 503, 504];

    /// <summary>Where the answer of a status stands.</summary>
    public static string Reference(string shape, int status) => $"#/components/responses/{Name(shape, status)}";

    /// <summary>Every one, by its name.</summary>
    public static JsonObject All()
    {
        var responses = new JsonObject();
        foreach (var shape in s_shapes)
        {
            foreach (var (status, description) in s_descriptions)
            {
                responses[Name(shape, status)] = Response(shape, status, description);
            }
        }

        return responses;
    }

    /// <summary>The header that every answer has.</summary>
    public static JsonObject RequestId() => new() { ["x-request-id"] = new JsonObject { ["description"] = "The request's id.", ["schema"] = Schema.AnyText() } };

    private static JsonObject Response(string shape, int status, string description)
    {
        var headers = RequestId();
        if (s_withRetryAfter.Contains(status))
        {
            headers["Retry-After"] = new JsonObject { ["description"] = "Seconds, at least 1.", ["schema"] = Schema.Whole(1) };
        }

        return new JsonObject
        {
            ["description"] = description,
            ["headers"] = headers,
            ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Schema.Named(shape) } },
        };
    }

    private static string Name(string shape, int status) => $"{shape}{status}";
}
