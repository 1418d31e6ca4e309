using Yarp.ReverseProxy.Forwarder;

namespace Rill.LocalHost;

/// <summary>Copies a request with all its headers and adds X-Forwarded-For, -Host and -Proto.</summary>
internal sealed class ForwardedHeadersTransformer : HttpTransformer
{
    public static readonly ForwardedHeadersTransformer Instance = new();

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = null;
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
}
