using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Request bodies for the Messages API, and what comes back.</summary>
internal static class MessagesJson
{
    public const string Path = "/v1/messages";

    /// <summary>One user message and more members, given as JSON such as <c>"top_k":2</c>.</summary>
    public static string Of(string prompt, string members = "", string model = ScriptedServer.ModelId)
    {
        var request = new JsonObject
        {
            ["model"] = model,
            ["max_tokens"] = 200,
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
        };
        foreach (var (name, value) in JsonNode.Parse($"{{{members}}}")!.AsObject().ToList())
        {
            request[name] = value?.DeepClone();
        }

        return request.ToJsonString();
    }

    /// <summary>Posts a request that does not stream.</summary>
    public static Task<ServerAnswer> PostAsync(RillServer server, string json, params (string Name, string Value)[] headers) =>
        server.SendAsync(HttpMethod.Post, Path, json, headers);

    /// <summary>The text of a whole answer.</summary>
    public static string Text(JsonElement message) => string.Concat(message.GetProperty("content").EnumerateArray()
        .Where(block => block.GetProperty("type").GetString() == "text").Select(block => block.GetProperty("text").GetString()));

    /// <summary>Checks status and error, and returns the error's message.</summary>
    public static string AssertError(ServerAnswer answer, int status, string type)
    {
        Assert.True(answer.Status == status, $"Expected status {status}, got {answer.Status}: {answer.Body}");
        Assert.Equal(("error", type), (answer.Json.GetProperty("type").GetString(), answer.Json.GetProperty("error").GetProperty("type").GetString()));
        Assert.Equal(answer.Headers.GetValues("request-id").Single(), answer.Json.GetProperty("request_id").GetString());
        return answer.Json.GetProperty("error").GetProperty("message").GetString()!;
    }

    /// <summary>A frame's event. Fails the test when its name is not its type.</summary>
    public static JsonElement Event(SseFrame frame)
    {
        var lines = frame.Text.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("data: {", lines[1], StringComparison.Ordinal);
        var told = JsonElement.Parse(lines[1]["data: ".Length..]);
        Assert.Equal("event: " + Type(told), lines[0]);
        return told;
    }

    /// <summary>The events of a stream, without comments.</summary>
    public static IReadOnlyList<JsonElement> Events(SseTranscript stream) => [.. stream.Frames.Where(frame => !frame.IsComment).Select(Event)];

    /// <summary>An event's type.</summary>
    public static string Type(JsonElement told) => told.GetProperty("type").GetString()!;
}
