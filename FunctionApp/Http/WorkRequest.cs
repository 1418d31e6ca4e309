using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Rill.Chat;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A request whose answer is made at once, without the engine, and written as one JSON value.</summary>
/// <param name="work">Makes the value, or the error in its place.</param>
/// <param name="type">How the value is written.</param>
internal sealed class WorkRequest<T>(Func<ChatService, CancellationToken, (T? Answer, ApiError? Error)> work, JsonTypeInfo<T> type) : IEndpointRequest
    where T : class
{
    /// <inheritdoc/>
    public bool Stream => false;

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (answer, error) = work(chat, cancellationToken);
        return answer is null ? (null, error) : (new Value(answer, type), null);
    }

    private sealed class Value(T value, JsonTypeInfo<T> type) : IAnswer
    {
        public Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options) =>
            JsonResponse.WriteAsync(http, value, type, cancellationToken: lifetime.Token);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
