using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Rill.LocalHost;

/// <summary>
/// An answer that the host gives in the function's place. The real host knows only some of these, and answers 500 without a body where its proxy
/// cannot forward a request (<c>DefaultHttpProxyService</c>); what the client did wrong is a 4xx here, which clients do not repeat.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Sentence">What is wrong, for people.</param>
internal sealed record Refusal(int Status, string Sentence)
{
    private const int RetryAfterSeconds = 1;

    /// <summary>No worker takes requests.</summary>
    public static Refusal NotRunning { get; } = new(StatusCodes.Status503ServiceUnavailable, "Function host is not running.");

    /// <summary>What stands against forwarding a request, as far as its head shows; null if nothing does.</summary>
    public static Refusal? Of(HttpRequest request)
    {
        if (HttpMethods.IsConnect(request.Method))
        {
            return new(StatusCodes.Status400BadRequest, "CONNECT asks for a tunnel, which this server does not make.");
        }

        if (request.ContentLength > LocalHostApp.MaxRequestBodyBytes)
        {
            return new(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {LocalHostApp.MaxRequestBodyBytes} bytes.");
        }

        var header = request.Headers.FirstOrDefault(header => header.Value.Any(value => !System.Text.Ascii.IsValid(value)));
        return header.Key is null
            ? null
            : new(StatusCodes.Status400BadRequest, $"The header {header.Key} holds characters that are not ASCII: write them percent-encoded.");
    }

    /// <summary>For a request whose forwarding has failed before an answer: the client's fault if its body was, else a worker that is gone.</summary>
    public static Refusal For(ForwarderError error, Exception? failure) =>
        BadRequest(failure) is { } bad ? new(bad.StatusCode, bad.Message)
        : error == ForwarderError.RequestBodyClient ? new(StatusCodes.Status400BadRequest, "The body is no HTTP.")
        : NotRunning;

    /// <summary>Answers; the response must not have started.</summary>
    public Task WriteAsync(HttpContext context)
    {
        // With the limit Kestrel would cut the connection of a client that is still sending, and the client might never read the answer.
        // Without it Kestrel reads on for some seconds.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        context.Response.Clear();
        context.Response.StatusCode = Status;
        if (Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
        }

        return context.Response.WriteAsync(Sentence);
    }

    private static BadHttpRequestException? BadRequest(Exception? failure) => failure switch
    {
        null => null,
        BadHttpRequestException bad => bad,
        AggregateException several => several.InnerExceptions.Select(BadRequest).FirstOrDefault(bad => bad is not null),
        _ => BadRequest(failure.InnerException),
    };
}
