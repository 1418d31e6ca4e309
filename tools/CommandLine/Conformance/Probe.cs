using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Rill.CommandLine.Conformance;

/// <summary>What cases ask a server with: plain HTTP, no SDK. Everything ends with the case's time limit.</summary>
/// <param name="http">Sends requests; its own limits are off but for the size of what it buffers.</param>
/// <param name="api">The address that clients are given, with <c>/v1/</c>.</param>
/// <param name="key">The key; null for none.</param>
/// <param name="cancellationToken">The case's time limit.</param>
internal sealed class Probe(HttpClient http, Uri api, string? key, CancellationToken cancellationToken)
{
    /// <summary>The model to name; null to name none.</summary>
    public string? Model { get; init; }

    /// <summary>Most tokens of prompt and completion, where the server tells.</summary>
    public int? ContextLength { get; init; }

    /// <summary>True when a key was given.</summary>
    public bool HasKey => key is not null;

    /// <summary>Ends with the case's time limit.</summary>
    public CancellationToken Limit => cancellationToken;

    /// <summary>A request for chat: greedy, short; members are JSON such as <c>"n":2</c> and overrule these.</summary>
    public JsonObject Chat(string members = "", string prompt = "Tell me about a river in two sentences.") => Request(
        new JsonObject
        {
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt }),
            ["max_tokens"] = 32,
            ["temperature"] = 0,
            ["seed"] = 1,
        },
        members);

    /// <summary>The same as a stream.</summary>
    public JsonObject Streamed(string members = "") => Chat(members.Length == 0 ? "\"stream\":true" : "\"stream\":true," + members);

    /// <summary>A request with members, and the model's name.</summary>
    public JsonObject Request(JsonObject request, string members)
    {
        if (Model is not null)
        {
            request["model"] = Model;
        }

        foreach (var (name, value) in JsonNode.Parse($"{{{members}}}")!.AsObject())
        {
            request[name] = value?.DeepClone();
        }

        return request;
    }

    /// <summary>Posts to the chat endpoint and reads the whole answer.</summary>
    public Task<Answer> ChatAsync(JsonObject request) => PostAsync("chat/completions", request);

    /// <summary>Posts JSON below /v1, or at the root with a leading slash.</summary>
    public Task<Answer> PostAsync(string path, JsonNode request) => SendAsync(HttpMethod.Post, path, request.ToJsonString());

    /// <summary>Sends a request and reads the whole answer.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body = null, string type = "application/json", bool wrongKey = false)
    {
        using var request = Make(method, path, body, type, wrongKey);
        using var response = await http.SendAsync(request, cancellationToken);
        return Head(response, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Posts a request for a stream and reads it to its end.</summary>
    public async Task<Transcript> StreamAsync(JsonObject request, string path = "chat/completions", params (string Name, string Value)[] headers)
    {
        using var message = Make(HttpMethod.Post, path, request.ToJsonString(), "application/json", wrongKey: false);
        foreach (var (name, value) in headers)
        {
            message.Headers.Remove(name);
            message.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var text = new StringBuilder();
        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
            var buffer = new char[4096];
            while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                text.Append(buffer, 0, read);
                Expect.That(text.Length <= Suite.MostBody, $"a stream of at most {Suite.MostBody} characters", "more");
            }
        }
        catch (IOException)
        {
            return new Transcript(Head(response, text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal)), IsWhole: false);
        }

        return new Transcript(Head(response, text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal)), IsWhole: true);
    }

    /// <summary>Begins a stream, reads its first bytes, and leaves.</summary>
    public async Task LeaveAsync(JsonObject request)
    {
        using var message = Make(HttpMethod.Post, "chat/completions", request.ToJsonString(), "application/json", wrongKey: false);
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Expect.That((int)response.StatusCode == 200, "status 200", (int)response.StatusCode);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        _ = await stream.ReadAsync(new byte[256], cancellationToken);
    }

    private HttpRequestMessage Make(HttpMethod method, string path, string? body, string type, bool wrongKey)
    {
        var request = new HttpRequestMessage(method, path.StartsWith('/') ? new Uri(new Uri(api, ".."), path.TrimStart('/')) : new Uri(api, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        }

        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (key is not null || wrongKey)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", wrongKey ? "no-key-of-this-server" : key);
        }

        return request;
    }

    private static Answer Head(HttpResponseMessage response, string body) => new(
        (int)response.StatusCode,
        response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value)),
        body);
}
