using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Rill.FunctionApp.Http;

/// <summary>What nobody has read of a request's body when its answer is there.</summary>
internal static class UnreadBody
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Reads it to its end and drops it. The host's proxy sends a whole body before it looks at an answer; Kestrel would cut it off after five
    /// seconds, and the client of a 401 or a 413 would see a 500. A client that waits for a 100 before it sends (curl, with a large body) sends
    /// nothing once it has its answer: nothing is waited for then.
    /// </summary>
    public static async Task DropAsync(HttpContext http)
    {
        if (http.RequestAborted.IsCancellationRequested || http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            || (AsksBeforeSending(http.Request) && !RequestBody.WasAskedFor(http)))
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(_patience);
        try
        {
            await http.Request.Body.CopyToAsync(Stream.Null, limit.Token);
        }
        catch (Exception cut) when (cut is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has left, or sends what is no body: its answer is written.
        }
    }

    private static bool AsksBeforeSending(HttpRequest request) => request.Headers.Expect.Count > 0;
}
