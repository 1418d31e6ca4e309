using Microsoft.AspNetCore.Http;
using Rill.Chat.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>An answer with a place in the store, which it gives back when it fails.</summary>
internal sealed class KeptAnswer(GenerationAnswer answer, ResponseStore store, StoredResponse place) : IAnswer
{
    /// <inheritdoc/>
    public Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options) =>
        answer.WriteAsync(http, stream, lifetime, options);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        store.Release(place);
        return answer.DisposeAsync();
    }
}
