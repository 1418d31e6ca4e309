using System.Globalization;
using System.Net.Mime;

namespace Rill.LocalHost;

/// <summary>What is said of the app's start.</summary>
internal static class Greeting
{
    private const string ChatRoute = "v1/chat/completions";
    private const string PageRoute = "chat";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Where the host listens.</summary>
    public static string OfAddress(Uri baseAddress) => $"Listening on {baseAddress}";

    /// <summary>
    /// That the app is ready: the address of its page, if it answers with one, then that of its API and a command that shows it.
    /// </summary>
    public static async Task<string> OfReadinessAsync(Uri baseAddress, IReadOnlyList<FunctionRoute> routes, TimeSpan elapsed)
    {
        List<string> lines = [$"Starting: {elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s", ""];
        if (routes.Any(function => function.Template == PageRoute) && await HasPageAsync(baseAddress))
        {
            lines.Add($"Page:  {baseAddress}");
        }

        lines.AddRange(routes.Any(function => function.Template == ChatRoute)
            ? [$"Ready: {baseAddress}v1", "Try:", Curl(baseAddress), ""]
            : [$"Ready: {baseAddress}", ""]);
        return string.Join(Environment.NewLine, lines);
    }

    // A setting can switch it off, and a build without Node has none: the app itself knows.
    private static async Task<bool> HasPageAsync(Uri baseAddress)
    {
        try
        {
            using var client = new HttpClient { Timeout = s_patience };
            using var response = await client.GetAsync(baseAddress, HttpCompletionOption.ResponseHeadersRead);
            return response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == MediaTypeNames.Text.Html;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string Curl(Uri baseAddress) =>
        $$"""  curl -N {{baseAddress}}{{ChatRoute}} -H 'Content-Type: application/json' -d '{"stream":true,"messages":[{"role":"user","content":"Tell me a story about a river."}]}'""";
}
