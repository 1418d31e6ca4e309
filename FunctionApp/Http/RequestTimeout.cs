using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>How long a request may take: the shorter of the server's limit and the client's own.</summary>
internal static class RequestTimeout
{
    /// <summary>Seconds that the client gives the request.</summary>
    public const string Header = "X-Request-Timeout";

    /// <summary>
    /// Sent along by SDKs on their own: how long they wait for the headers, so no stream is ended by it. What cannot be read of it is not the
    /// user's mistake.
    /// </summary>
    private const string StainlessHeader = "X-Stainless-Timeout";

    /// <summary>The limit (null for none), or the error to answer with.</summary>
    /// <param name="request">The request.</param>
    /// <param name="serverSeconds">The server's own limit; 0 for none.</param>
    public static (TimeSpan? Limit, ApiError? Error) Read(HttpRequest request, double serverSeconds)
    {
        var asked = Seconds(request, Header);
        if (asked is null && request.Headers.ContainsKey(Header))
        {
            return (null, ApiError.InvalidValue(Header, $"{Header} must be a number of seconds above 0."));
        }

        double?[] limits = [serverSeconds > 0 ? serverSeconds : null, asked];
        return (limits.Min() is { } seconds ? TimeSpan.FromSeconds(seconds) : null, null);
    }

    /// <summary>Seconds that the SDK's own timer gives the request; null where it sends none.</summary>
    public static double? Stainless(HttpRequest request) => Seconds(request, StainlessHeader);

    private static double? Seconds(HttpRequest request, string header) =>
        double.TryParse(request.Headers[header], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? Math.Min(seconds, TimeSpan.FromDays(1).TotalSeconds)
            : null;
}
