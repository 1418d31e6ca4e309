using System.Text.Json;
using Rill.CommandLine.Client;
using Rill.CommandLine.Conformance.Cases;

namespace Rill.CommandLine.Conformance;

/// <summary>Runs cases against a server, one after another, each within a time limit.</summary>
/// <param name="api">The address that clients are given.</param>
/// <param name="key">The key; null for none.</param>
/// <param name="model">The model to name; null for the first that the server lists.</param>
/// <param name="limit">Time for each case.</param>
internal sealed class Suite(Uri api, string? key, string? model, TimeSpan limit) : IDisposable
{
    /// <summary>Most bytes of an answer.</summary>
    public const int MostBody = 16 << 20;

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MostBody,
    };

    private string? _model = model;
    private int? _contextLength;

    /// <summary>All cases, by number.</summary>
    public static IReadOnlyList<ConformanceCase> Cases { get; } =
        [.. StreamCases.All.Concat(TextCases.All).Concat(RequestCases.All).Concat(ToolCases.All).Concat(ErrorCases.All).Concat(EndpointCases.All).OrderBy(each => each.Number)];

    /// <summary>True when the server is Rill; known once it was <see cref="MeetAsync">met</see>.</summary>
    public bool IsRill { get; private set; }

    /// <summary>Asks for the models.</summary>
    /// <exception cref="FailureException">The server cannot be reached, or refuses the key.</exception>
    public async Task MeetAsync()
    {
        using var time = new CancellationTokenSource(limit);
        try
        {
            var models = await NewProbe(time.Token).SendAsync(HttpMethod.Get, "models");
            if (models.Status is 401 or 403)
            {
                throw new FailureException($"{api} answers {models.Status} to GET models: give a key with --key.");
            }

            var first = (models.Json ?? default(JsonElement)).FirstOf("data");
            _model ??= first.Text("id");
            _contextLength = first.Int("max_model_len");
            IsRill = first.Text("owned_by") == "rill";
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            throw new FailureException($"{api} cannot be reached: {(failure is HttpRequestException ? failure.Message : $"no answer within {limit.TotalSeconds:0.#} s")}");
        }
    }

    /// <summary>Runs one case.</summary>
    public async Task<ConformanceResult> RunAsync(ConformanceCase tried)
    {
        using var time = new CancellationTokenSource(limit);
        var result = new ConformanceResult(tried.Number, tried.Severity, tried.Title, Outcome.Failed);
        try
        {
            await tried.RunAsync(NewProbe(time.Token)).WaitAsync(limit + TimeSpan.FromSeconds(5));
            return result with { Outcome = Outcome.Passed };
        }
        catch (InconclusiveException reason)
        {
            return result with { Outcome = Outcome.Skipped, Detail = reason.Message };
        }
        catch (UnmetException unmet)
        {
            return result with { Detail = unmet.Message };
        }
        catch (Exception late) when (late is OperationCanceledException or TimeoutException)
        {
            return result with { Detail = $"expected an answer within {limit.TotalSeconds:0.#} s; came none" };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return result with { Detail = $"expected an answer; came {Expect.Shorten(failure.Message)}" };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Probe NewProbe(CancellationToken cancellationToken) => new(_http, api, key, cancellationToken) { Model = _model, ContextLength = _contextLength };
}
