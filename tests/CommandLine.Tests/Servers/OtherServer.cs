using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rill.CommandLine.Tests.Servers;

/// <summary>A server of OpenAI's API that does what a test says, over real HTTP: for what Rill itself does not do, or not at will.</summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<JsonElement> _requests = [];
    private readonly List<string?> _keys = [];

    private OtherServer(WebApplication app) => _app = app;

    /// <summary>Its address.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>Lists its models; told how often they were listed before.</summary>
    public Func<HttpContext, int, Task> Models { get; set; } = (http, _) => ListAsync(http, "first", "second");

    /// <summary>What was asked of its chat, in order.</summary>
    public IReadOnlyList<JsonElement> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The last user's message that was asked.</summary>
    public string? LastQuestion => Requests[^1].GetProperty("messages").EnumerateArray().Last().GetProperty("content").GetString();

    /// <summary>The authorization of each request, in order.</summary>
    public IReadOnlyList<string?> Keys => _keys;

    /// <summary>Starts one whose chat answers by a function, which is told how many requests were before.</summary>
    public static Task<OtherServer> StartAsync(Func<HttpContext, int, Task> chat) => StartAsync(chat, _ => "");

    /// <summary>As above; its metrics come from a function that is told how often they were read before.</summary>
    public static async Task<OtherServer> StartAsync(Func<HttpContext, int, Task> chat, Func<int, string> metrics)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new OtherServer(app);
        var (listed, read) = (0, 0);
        app.MapGet("/v1/models", async http => await server.Models(http, Interlocked.Increment(ref listed) - 1));
        app.MapGet("/metrics", () => metrics(Interlocked.Increment(ref read) - 1));
        app.MapPost("/v1/chat/completions", async http => await chat(http, await server.NoteAsync(http)));
        await app.StartAsync();
        return server;
    }

    /// <summary>A list of models.</summary>
    public static Task ListAsync(HttpContext http, params string[] ids)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(JsonSerializer.Serialize(new { @object = "list", data = ids.Select(id => new { id }) }));
    }

    /// <summary>Begins a stream.</summary>
    public static void BeginStream(HttpContext http) => http.Response.ContentType = "text/event-stream";

    /// <summary>Sends a line and an empty one, at once.</summary>
    public static async Task SendAsync(HttpContext http, string line)
    {
        await http.Response.WriteAsync(line + "\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Sends a part of an answer.</summary>
    public static Task SendTextAsync(HttpContext http, string text) =>
        SendAsync(http, $$$"""data: {"choices":[{"index":0,"delta":{"content":{{{JsonSerializer.Serialize(text)}}}}}]}""");

    /// <summary>Sends the end of an answer, with counts of tokens.</summary>
    public static async Task SendEndAsync(HttpContext http, int prompt = 7, int completion = 2)
    {
        await SendAsync(http, """data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
        await SendAsync(http, $$$"""data: {"choices":[],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}""");
        await SendAsync(http, "data: [DONE]");
    }

    /// <summary>A whole answer of these parts.</summary>
    public static async Task AnswerAsync(HttpContext http, params string[] parts)
    {
        BeginStream(http);
        foreach (var part in parts)
        {
            await SendTextAsync(http, part);
        }

        await SendEndAsync(http);
    }

    /// <summary>A refusal as OpenAI writes it.</summary>
    public static Task RefuseAsync(HttpContext http, int status, string code, string message, int? retryAfter = null)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["x-request-id"] = "req-of-the-test";
        if (retryAfter is { } seconds)
        {
            http.Response.Headers.RetryAfter = $"{seconds}";
        }

        return http.Response.WriteAsync($$$"""{"error":{"message":"{{{message}}}","type":"t","param":null,"code":"{{{code}}}"}}""");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<int> NoteAsync(HttpContext http)
    {
        using var request = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        lock (_requests)
        {
            _keys.Add(http.Request.Headers.Authorization);
            _requests.Add(request.RootElement.Clone());
            return _requests.Count - 1;
        }
    }
}
