using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Rill.FunctionApp.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Functions;

/// <summary><c>POST /v1/chat/completions</c>: a completion, whole or as it is made.</summary>
public sealed class ChatCompletions(ModelGate gate, ChatResponder responder, IOptions<RillOptions> options, TimeProvider time)
{
    /// <summary>Reads, checks and admits the request, then answers it.</summary>
    [Function(nameof(ChatCompletions))]
    public async Task RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/chat/completions")]
        HttpRequest request,
        FunctionContext context)
    {
        var http = request.HttpContext;
        if (!await Methods.IsPostAsync(http))
        {
            return;
        }

        var (limit, error) = RequestTimeout.Read(request, options.Value.RequestTimeoutSeconds);
        if (error is not null)
        {
            await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            return;
        }

        using var lifetime = new RequestLifetime(http, context, limit, time);
        (var body, error) = await RequestBody.ReadJsonAsync(request, options.Value.MaxBodyBytes, lifetime.Token);
        if (error is not null || !ChatRequestReader.TryRead(new ReadOnlySequence<byte>(body), out var chatRequest, out error))
        {
            await ErrorResponse.WriteAsync(http, error, lifetime.Token);
            return;
        }

        (var started, error) = chatRequest.Stream ? await gate.HoldStreamAsync(http, lifetime) : (null, await gate.HoldAsync(lifetime.Token));
        var (generation, refusal) = error is null ? gate.Chat.Start(chatRequest, body.Length) : (null, error);
        if (generation is null)
        {
            await responder.RefuseAsync(http, started, refusal!);
            return;
        }

        await using (generation)
        {
            await responder.AnswerAsync(http, chatRequest, generation, lifetime, started);
        }
    }
}
