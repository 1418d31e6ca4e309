using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>What the acceptance tests ask of a server.</summary>
internal static class RillServerRequests
{
    /// <summary>How long a test waits for anything before it calls it lost.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The base address that OpenAI's clients are given.</summary>
    public static Uri ApiUri(this RillServer server) => new(server.BaseUri, "v1");

    /// <summary>Sends a request and reads the whole answer.</summary>
    public static async Task<ServerAnswer> SendAsync(
        this RillServer server, HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var limit = new CancellationTokenSource(Patience);
        using var response = await server.Client.SendAsync(request, limit.Token);
        return new ServerAnswer((int)response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync(limit.Token));
    }

    public static Task<ServerAnswer> GetAsync(this RillServer server, string path) => server.SendAsync(HttpMethod.Get, path);

    /// <summary>Posts a chat request that does not stream.</summary>
    public static Task<ServerAnswer> PostAsync(this RillServer server, string json, params (string Name, string Value)[] headers) =>
        server.SendAsync(HttpMethod.Post, ChatJson.Path, json, headers);

    /// <summary>Posts a chat request that streams, and reads to its end.</summary>
    public static async Task<SseTranscript> StreamAsync(this RillServer server, string json, params (string Name, string Value)[] headers)
    {
        await using var stream = await SseStream.OpenAsync(server, json, receiveBuffer: null, headers);
        return await stream.ReadToEndAsync();
    }

    /// <summary>Posts a request to a path whose answer streams, and reads to its end.</summary>
    public static async Task<SseTranscript> StreamAtAsync(this RillServer server, string path, string json, params (string Name, string Value)[] headers)
    {
        await using var stream = await SseStream.OpenAtAsync(server, path, json, receiveBuffer: null, headers);
        return await stream.ReadToEndAsync();
    }

    /// <summary>The sum of a metric's samples, over those that have all the given label texts; 0 when there is none.</summary>
    public static async Task<double> MetricAsync(
        this RillServer server, string name, string[]? labels = null, params (string Name, string Value)[] headers)
    {
        var answer = await server.SendAsync(HttpMethod.Get, "metrics", null, headers);
        Assert.Equal(200, answer.Status);
        return answer.Body.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{')
            .Where(line => (labels ?? []).All(label => line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Resident bytes of the worker process.</summary>
    public static long WorkerResidentBytes(this RillServer server)
    {
        using var worker = Process.GetProcessById(server.WorkerId);
        return worker.WorkingSet64;
    }
}
