using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Rill.FunctionApp.Http;

/// <summary>
/// An answer without a stream, on its way. Clients and proxies give up on a response that stays silent (.NET's client after 100 s, Azure's front
/// end after 230, the host's proxy after 240), and clients then ask for all of it again. So the headers go out after
/// <see cref="RillOptions.WholeAnswerSeconds"/>, and white space follows, with which JSON may begin. A failure from then on cuts the
/// connection, which all clients notice.
/// </summary>
internal sealed class WholeAnswer(HttpContext http, RequestLifetime lifetime, RillOptions options)
{
    private static readonly byte[] s_space = "\n"u8.ToArray();

    /// <summary>The request and its response.</summary>
    public HttpContext Http => http;

    /// <summary>Cancelled when the request ends early.</summary>
    public CancellationToken Token => lifetime.Token;

    /// <summary>Waits for the answer, with signs of life where it takes long, and writes it.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="patience">Seconds from the request's beginning on that the client waits for headers; null where it does not say.</param>
    public async Task WriteAsync<T>(Task<T> answer, JsonTypeInfo<T> type, double? patience = null)
    {
        await KeepAsync(answer, patience);
        var value = await answer;
        await (http.Response.HasStarted
            ? JsonSerializer.SerializeAsync(http.Response.Body, value, type, Token)
            : JsonResponse.WriteAsync(http, value, type, cancellationToken: Token));
    }

    /// <summary>Waits until the answer has come, or the request has ended, with signs of life where that takes long.</summary>
    public async Task KeepAsync(Task answer, double? patience = null)
    {
        var left = Math.Min(options.WholeAnswerSeconds, patience ?? double.MaxValue) - lifetime.Age.TotalSeconds;
        var pause = TimeSpan.FromSeconds(Math.Max(0, left));
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(Token);
        while (await Task.WhenAny(answer, Task.Delay(pause, waiting.Token)) != answer && !Token.IsCancellationRequested)
        {
            await GiveSignAsync();
            pause = TimeSpan.FromSeconds(options.HeartbeatSeconds);
        }

        await waiting.CancelAsync();
    }

    private async Task GiveSignAsync()
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = JsonResponse.MediaType;
            await http.Response.StartAsync(Token);
        }

        await http.Response.Body.WriteAsync(s_space, Token);
        await http.Response.Body.FlushAsync(Token);
    }
}
