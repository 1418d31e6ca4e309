using Microsoft.AspNetCore.Http;
using Rill.Chat;
using Rill.Chat.Embeddings;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.FunctionApp.Http;

/// <summary>A request for embeddings on its way.</summary>
internal sealed class EmbeddingsRequest(EmbeddingRequest request) : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => false;

    /// <summary>Reads a body.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body) =>
        Read(body, model: null);

    /// <summary>Reads a body whose model the address names; null where it does not.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body, string? model) =>
        EmbeddingRequestReader.TryRead(body.Bytes, out var request, out var error)
            ? (new EmbeddingsRequest(request with { Model = model ?? request.Model }), null)
            : (null, error);

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (run, error) = chat.Start(request, cancellationToken);
        return run is null ? (null, error) : (new Answer(run, request.Format), null);
    }

    private sealed class Answer(EmbeddingRun run, EmbeddingFormat format) : IAnswer
    {
        public async Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options)
        {
            var computed = run.ReadAsync(() => lifetime.Cause == EndCause.Deadline ? AbortCause.Deadline : AbortCause.Client, lifetime.Token);
            await new WholeAnswer(http, lifetime, options).KeepAsync(computed);
            var vectors = await computed;
            await EmbeddingsJson.WriteAsync(http.Response, vectors, format, run, lifetime.Token);
        }

        public ValueTask DisposeAsync()
        {
            run.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
