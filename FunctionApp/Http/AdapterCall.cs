using Microsoft.AspNetCore.Http;
using Rill.Chat;
using Rill.FunctionApp.Loading;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A request to load or unload an adapter on its way; what it does, it does when its answer is written.</summary>
/// <param name="run">Does it; null, or the error to answer with.</param>
/// <param name="success">What is answered when it is done.</param>
internal sealed class AdapterCall(Func<CancellationToken, Task<ApiError?>> run, string success) : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => false;

    /// <summary>Reads a body that asks to load.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) ReadLoad(RequestBody body, AdapterShelf shelf) =>
        AdapterRequestReader.TryRead(body.Bytes, out LoadAdapterRequest? asked, out var error)
            ? (new AdapterCall(token => shelf.LoadAsync(asked, token), $"Success: LoRA adapter '{asked.Name}' added successfully."), null)
            : (null, error);

    /// <summary>Reads a body that asks to unload.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) ReadUnload(RequestBody body, AdapterShelf shelf, ModelGate gate) =>
        AdapterRequestReader.TryRead(body.Bytes, out UnloadAdapterRequest? asked, out var error)
            ? (new AdapterCall(
                _ => Task.FromResult(shelf.Unload(asked, gate.Engine!)), $"Success: LoRA adapter '{asked.Name}' removed successfully."), null)
            : (null, error);

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken) =>
        (new Answer(run, success), null);

    private sealed class Answer(Func<CancellationToken, Task<ApiError?>> run, string success) : IAnswer
    {
        public async Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options)
        {
            if (await run(lifetime.Token) is { } error)
            {
                await ErrorResponse.WriteAsync(http, error, lifetime.Token);
                return;
            }

            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync(success, lifetime.Token);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
