using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Request bodies for the chat endpoint.</summary>
internal static class ChatJson
{
    public const string Path = "/v1/chat/completions";

    /// <summary>Members that make chunks of several kilobytes, which soon fill every socket buffer on the way.</summary>
    public const string Bulky = "\"logprobs\":true,\"top_logprobs\":20";

    /// <summary>One user message and more members, given as JSON such as <c>"n":2,"seed":1</c>.</summary>
    public static string Of(string prompt, string members = "")
    {
        var request = JsonNode.Parse($"{{{members}}}")!.AsObject();
        request["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        return request.ToJsonString();
    }

    /// <summary>The same with stream set.</summary>
    public static string Streaming(string prompt, string members = "") =>
        Of(prompt, members.Length == 0 ? "\"stream\":true" : "\"stream\":true," + members);

    /// <summary>The text of a choice of a whole answer.</summary>
    public static string Text(JsonElement completion, int index = 0) =>
        completion.GetProperty("choices")[index].GetProperty("message").GetProperty("content").GetString()!;
}
