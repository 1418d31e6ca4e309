using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Rill.CommandLine.Client;

/// <summary>Talks to a server of OpenAI's API. Limits of time are the caller's, by cancelling.</summary>
/// <param name="api">Its address, with /v1/ at its end.</param>
/// <param name="key">The key; null for none.</param>
internal sealed class ApiClient(Uri api, string? key) : IDisposable
{
    private const string RequestIdHeader = "x-request-id";
    private static readonly TimeSpan s_connectLimit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = s_connectLimit })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 16 << 20,
    };

    /// <summary>The server's address.</summary>
    public Uri Api => api;

    /// <summary>True when nobody named the address, so that an absent server is one that was not started yet.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The models that the server lists.</summary>
    /// <exception cref="ServerException">It does not answer as it should.</exception>
    public async Task<IReadOnlyList<string>> ModelsAsync(CancellationToken cancellationToken)
    {
        var list = JsonReading.Parse(await GetAsync(new Uri(api, "models"), cancellationToken));
        return [.. list.Items("data").Select(model => model.Text("id")).OfType<string>()];
    }

    /// <summary>The first model that the server lists.</summary>
    /// <exception cref="ServerException">It does not answer as it should, or lists none.</exception>
    public async Task<string> FirstModelAsync(CancellationToken cancellationToken) =>
        (await ModelsAsync(cancellationToken)) is [var first, ..]
            ? first
            : throw new ServerException("no models", $"{ServerAddress.Show(api)} lists no models: name one with --model.");

    /// <summary>The server's metrics, as Prometheus text.</summary>
    /// <exception cref="ServerException">It does not answer as it should.</exception>
    public Task<string> MetricsAsync(CancellationToken cancellationToken) => GetAsync(new Uri(api, "../metrics"), cancellationToken);

    /// <summary>Begins an answer, which streams whatever the request says of it.</summary>
    /// <exception cref="ServerException">The server refuses, or cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<AnswerStream> StreamAsync(JsonObject request, CancellationToken cancellationToken)
    {
        request["stream"] = true;
        request["stream_options"] = new JsonObject { ["include_usage"] = true };
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(api, "chat/completions"))
        {
            Content = new StringContent(request.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        var response = await SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            return new AnswerStream(response, await response.Content.ReadAsStreamAsync(cancellationToken), IdOf(response));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command's work, and says what to do where no server is there or a key is asked for.</summary>
    /// <exception cref="FailureException">Nothing listens, or the key is refused.</exception>
    public async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ServerException absent) when (absent.IsAbsent && IsDefault)
        {
            throw new FailureException($"No server listens at {ServerAddress.Show(api)}: start one with ./run in another terminal, or name one with --url.");
        }
        catch (ServerException refused) when (refused.IsKey)
        {
            throw new FailureException($"{refused.Message} The key is given by --key or by the variable {ServerOptions.KeyVariable}.");
        }
    }

    /// <summary>Runs a request that may take so long.</summary>
    /// <exception cref="ServerException">It takes longer, or fails.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(limit);
        try
        {
            return await request(source.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerException.Late(api, limit);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, HttpCompletionOption until, CancellationToken cancellationToken)
    {
        if (key is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        try
        {
            var response = await _http.SendAsync(message, until, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw ServerException.Of(
                    (int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken), IdOf(response), RetryAfterOf(response));
            }
        }
        catch (HttpRequestException failure)
        {
            throw ServerException.Unreachable(api, failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerException.Unreachable(api, s_connectLimit);    // an expired ConnectTimeout is told as a cancellation that nobody asked for
        }
    }

    private static string? IdOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(RequestIdHeader, out var values) ? values.FirstOrDefault() : null;

    /// <summary>Only where trying again is of use.</summary>
    private static TimeSpan? RetryAfterOf(HttpResponseMessage response) => (int)response.StatusCode is 429 or 503
        ? response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - DateTimeOffset.UtcNow is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => null,
        }
        : null;
}
