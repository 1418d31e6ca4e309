using System.Net.Http.Headers;

namespace Rill.ModelStore.Sources;

/// <summary>Requests to a hub. Redirections are followed by hand: the token goes to the hub's own host alone, and from https only to https.</summary>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 5;

    private readonly Uri _endpoint;
    private readonly string? _token;
    private readonly HttpClient _client;

    public HubClient(ModelStoreOptions options)
    {
        _endpoint = new Uri(options.HubEndpoint.AbsoluteUri.TrimEnd('/') + "/");
        _token = options.HubToken;
        Stall = TimeSpan.FromSeconds(options.StallSeconds);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Stall, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("rill");
    }

    /// <summary>How long an answer or a byte may be waited for.</summary>
    public TimeSpan Stall { get; }

    /// <summary>Asks the hub for a path.</summary>
    public Task<HttpResponseMessage> GetAsync(string path, RangeHeaderValue? range, CancellationToken cancellationToken) =>
        GetAsync(new Uri(_endpoint, path), range, cancellationToken);

    /// <summary>Asks any place; the answer's headers have come, its body has not.</summary>
    public async Task<HttpResponseMessage> GetAsync(Uri place, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendAsync(place, range, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(place, location);
            var downgrades = place.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps;
            place = !downgrades && redirects < MostRedirects ? next
                : throw new StoreException(StoreFailure.Invalid, $"The hub {_endpoint.Host} redirects {(downgrades ? "to a place without encryption" : "in a circle")}.");
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri place, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, place);
        request.Headers.Range = range;
        if (!string.IsNullOrEmpty(_token) && IsHub(place))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Stall);
        return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
    }

    private bool IsHub(Uri place) => Uri.Compare(place, _endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
