using Yarp.ReverseProxy.Forwarder;

namespace Rill.LocalHost;

/// <summary>
/// Copies a request with all its headers and adds X-Forwarded-For, -Host and -Proto. Of a response it notes whether the worker's server itself,
/// and no function, gave it.
/// </summary>
internal sealed class WorkerTransformer : HttpTransformer
{
    public static readonly WorkerTransformer Instance = new();

    /// <summary>From here on a body waits until the worker asks for it.</summary>
    private const long LargeBodyBytes = 32 << 20;
    private static readonly object s_refused = new();

    /// <summary>Whether the worker's server refused the request, such as for its long headers, so that no function will ever see it.</summary>
    public static bool WasRefused(HttpContext context) => context.Items.ContainsKey(s_refused);

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null;
        if (httpContext.Request.ContentLength >= LargeBodyBytes)
        {
            // Kinder than the real host, whose proxy sends the whole body before it reads an answer: one that is refused need not be sent at all.
            proxyRequest.Headers.ExpectContinue = true;
        }

        Add("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        Add("X-Forwarded-Host", httpContext.Request.Host.Value);
        Add("X-Forwarded-Proto", httpContext.Request.Scheme);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                proxyRequest.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // Kestrel answers so, and closes, what it cannot read as a request.
        if (proxyResponse is { Headers.ConnectionClose: true, Content.Headers.ContentLength: 0 } && (int)proxyResponse.StatusCode / 100 == 4)
        {
            httpContext.Items[s_refused] = true;
        }

        return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }
}
