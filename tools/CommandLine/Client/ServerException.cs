using System.Globalization;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Client;

/// <summary>A server that did not do what it was asked. The message is what a person reads: one line, in which nothing steers a terminal, whatever the server says.</summary>
/// <param name="kind">What kind of failure it is, in a word or two, to count by.</param>
/// <param name="message">A sentence or two.</param>
internal sealed class ServerException(string kind, string message) : Exception(HarmlessText.Line(message))
{
    /// <summary>What kind of failure it is, such as <c>503 server_is_overloaded</c> or <c>cannot be reached</c>.</summary>
    public string Kind { get; } = HarmlessText.Line(kind);

    /// <summary>When to try again; null where the server does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where a key is missing or wrong.</summary>
    public bool IsKey { get; init; }

    /// <summary>True where nothing listens.</summary>
    public bool IsAbsent { get; init; }

    /// <summary>What the server said, without what we add to it.</summary>
    public string Said { get; init; } = HarmlessText.Line(message);

    /// <summary>A connection that was not made in time.</summary>
    public static ServerException Unreachable(Uri api, TimeSpan limit) =>
        new("cannot be reached", string.Create(CultureInfo.InvariantCulture, $"{ServerAddress.Show(api)} cannot be reached: no connection within {limit.TotalSeconds:0.#} s."));

    /// <summary>An answer that did not come in time.</summary>
    public static ServerException Late(Uri api, TimeSpan limit) =>
        new("timeout", string.Create(CultureInfo.InvariantCulture, $"{ServerAddress.Show(api)} gave no answer within {limit.TotalSeconds:0.#} s."));

    /// <summary>A connection that was not made, or broke before an answer came.</summary>
    public static ServerException Unreachable(Uri api, HttpRequestException failure)
    {
        var isAbsent = failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
        return new ServerException(
            isAbsent ? "cannot be reached" : "no answer",
            $"{ServerAddress.Show(api)} {(isAbsent ? "cannot be reached" : "gave no answer")}: {failure.Message.TrimEnd('.')}.")
        {
            IsAbsent = failure.HttpRequestError == HttpRequestError.ConnectionError,
        };
    }

    /// <summary>A stream that ended before the answer did.</summary>
    public static ServerException Cut(string? requestId) => new(
        "stream cut", "The connection was cut in the middle of the answer." + Id(requestId));

    /// <summary>What the server says in an error's body, or in an event of a stream.</summary>
    /// <param name="status">The HTTP status; null in a stream.</param>
    /// <param name="body">The body or the event.</param>
    /// <param name="requestId">The request's id, for whoever runs the server.</param>
    /// <param name="retryAfter">When to try again.</param>
    public static ServerException Of(int? status, string body, string? requestId, TimeSpan? retryAfter = null)
    {
        var error = JsonReading.Parse(body).At("error");
        var code = error.Text("code") ?? error.Text("type");
        var said = HarmlessText.Line(error.Text("message") ?? "");
        var number = status?.ToString(CultureInfo.InvariantCulture);
        return new ServerException(
            string.Join(' ', new[] { number ?? "stream error", code }.OfType<string>()),
            Sentence(said.Length > 0 ? said : $"The server answered {number ?? "an error"} and said nothing that is understood") + Id(requestId))
        {
            RetryAfter = retryAfter,
            IsKey = status is 401 or 403,
            Said = said,
        };
    }

    private static string Sentence(string text) => text.TrimEnd() is var trimmed && trimmed.EndsWith('.') ? trimmed : trimmed + ".";

    private static string Id(string? requestId) => requestId is null ? "" : $" (request id {requestId})";
}
