using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rill.Anthropic;
using Rill.Chat;
using Rill.Chat.Output;
using Rill.Chat.Output.Messages;

namespace Rill.FunctionApp.Http.Messages;

/// <summary>
/// An answer without a stream. The SDKs give up on its headers after a time that they send along, 30 seconds for short answers, and then ask
/// twice more; for the body they wait. So the headers go out before that time is over, and white space follows, with which JSON may begin,
/// so that no proxy takes the connection for dead. A failure after that cuts the connection, which all clients notice.
/// </summary>
internal static class WholeMessage
{
    /// <summary>How much of the client's time is waited for the answer; it began before the request was here.</summary>
    private const double WaitedShare = 0.5;

    private static readonly TimeSpan s_betweenSigns = TimeSpan.FromSeconds(10);
    private static readonly byte[] s_space = "\n"u8.ToArray();

    /// <summary>Reads the answer to its end and writes it.</summary>
    public static async Task WriteAsync(HttpContext http, ChatGeneration generation, MessagesRequest request, CancellationToken cancellationToken)
    {
        var answer = MessageAnswer.ReadAsync(generation, request, cancellationToken);
        if (RequestTimeout.Stainless(http.Request) is { } seconds)
        {
            await KeepAsync(http, answer, TimeSpan.FromSeconds(seconds * WaitedShare), cancellationToken);
        }

        var message = await answer;
        await (http.Response.HasStarted
            ? JsonSerializer.SerializeAsync(http.Response.Body, message, MessageJson.Wire.Message, cancellationToken)
            : JsonResponse.WriteAsync(http, message, MessageJson.Wire.Message, cancellationToken: cancellationToken));
    }

    /// <summary>Waits for the answer, from the given time on with signs of life; returns when it has come or the request has ended.</summary>
    private static async Task KeepAsync(HttpContext http, Task<Message> answer, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        while (await Task.WhenAny(answer, Task.Delay(wait, waiting.Token)) != answer && !cancellationToken.IsCancellationRequested)
        {
            if (!http.Response.HasStarted)
            {
                http.Response.ContentType = JsonResponse.MediaType;
                await http.Response.StartAsync(cancellationToken);
            }

            await http.Response.Body.WriteAsync(s_space, cancellationToken);
            await http.Response.Body.FlushAsync(cancellationToken);
            wait = s_betweenSigns;
        }

        await waiting.CancelAsync();
    }
}
