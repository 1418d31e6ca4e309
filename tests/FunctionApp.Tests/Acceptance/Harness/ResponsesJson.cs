using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Request bodies and events of the Responses API.</summary>
internal static class ResponsesJson
{
    public const string Path = "/v1/responses";

    /// <summary>Has the scripted model think, speak and call the function of <see cref="Tools"/>.</summary>
    public const string Calling = "!text <think>Hm.</think>One moment.<tool_call>\\n{\"name\": \"get\", \"arguments\": {\"city\": \"Bern\"}}\\n</tool_call>";

    /// <summary>Members of a request with one function.</summary>
    public const string Tools = """
        "tools":[{"type":"function","name":"get","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false},"strict":true}]
        """;

    /// <summary>An input and more members, given as JSON such as <c>"store":false</c>.</summary>
    public static string Of(string input, string members = "")
    {
        var request = JsonNode.Parse($"{{{members}}}")!.AsObject();
        request["input"] = input;
        return request.ToJsonString();
    }

    /// <summary>The same with stream set.</summary>
    public static string Streaming(string input, string members = "") =>
        Of(input, members.Length == 0 ? "\"stream\":true" : "\"stream\":true," + members);

    /// <summary>
    /// The events of a stream. Fails the test unless each is named as its data says, and they are numbered from 0 without gaps.
    /// </summary>
    public static IReadOnlyList<JsonElement> Events(SseTranscript stream)
    {
        var events = stream.Frames.Where(frame => !frame.IsComment).Select(frame =>
        {
            var lines = frame.Text.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("data: {", lines[1], StringComparison.Ordinal);
            var told = JsonElement.Parse(lines[1]["data: ".Length..]);
            Assert.Equal($"event: {Type(told)}", lines[0]);
            return told;
        }).ToList();
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(told => told.GetProperty("sequence_number").GetInt32()));
        return events;
    }

    public static string Type(JsonElement told) => told.GetProperty("type").GetString()!;

    /// <summary>What events of one kind add, joined.</summary>
    public static string Joined(IEnumerable<JsonElement> events, string type) =>
        string.Concat(events.Where(told => Type(told) == type).Select(told => told.GetProperty("delta").GetString()));

    /// <summary>The text of a response's messages.</summary>
    public static string Text(JsonElement response) => string.Concat(response.GetProperty("output").EnumerateArray()
        .Where(item => Type(item) == "message")
        .SelectMany(item => item.GetProperty("content").EnumerateArray())
        .Select(part => part.GetProperty("text").GetString()));
}
