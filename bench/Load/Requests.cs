using System.Text;
using System.Text.Json.Nodes;

namespace Rill.Bench.Load;

/// <summary>The bytes of the requests that the load client sends.</summary>
internal static class Requests
{
    /// <summary>A streaming chat request.</summary>
    /// <param name="prompt">The user's message.</param>
    /// <param name="maxTokens">Tokens to generate; the model's own end is ignored, so that every answer has this length.</param>
    /// <param name="includeUsage">Whether a usage chunk ends the stream.</param>
    /// <param name="temperature">The temperature of sampling; null for the model's default.</param>
    public static byte[] Chat(string prompt, int maxTokens, bool includeUsage = false, double? temperature = null)
    {
        var body = new JsonObject
        {
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
            ["stream"] = true,
            ["max_tokens"] = maxTokens,
            ["ignore_eos"] = true,
        };
        if (temperature is { } number)
        {
            body["temperature"] = number;
        }

        if (includeUsage)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        return Post("/v1/chat/completions", Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    /// <summary>A POST with a JSON body.</summary>
    public static byte[] Post(string path, ReadOnlySpan<byte> body) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
}
