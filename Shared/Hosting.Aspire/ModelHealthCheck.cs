using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Rill.Hosting;

/// <summary>
/// Healthy once the model is loaded, so that <c>WaitFor</c> waits for it. Until then it says how far the load is, in its report and in a property
/// of the resource: the dashboard shows both.
/// </summary>
internal sealed class ModelHealthCheck(IRillResource server, ResourceNotificationService notifications) : IHealthCheck
{
    /// <summary>The property that says what is known of the model.</summary>
    public const string Property = "rill.model";

    private const string Loaded = "The model is loaded.";
    private const string Silent = "The server does not answer yet: its console says what it is doing.";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    // Not one of the app host's: those log every request, and may send it again until it succeeds.
    private static readonly HttpClient s_client = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (isReady, state) = await AskAsync(cancellationToken);
        await notifications.PublishUpdateAsync(server, before => Tell(before, state));
        return isReady ? HealthCheckResult.Healthy(state) : new HealthCheckResult(context.Registration.FailureStatus, state);
    }

    private static CustomResourceSnapshot Tell(CustomResourceSnapshot before, string state) => before with
    {
        Properties =
        [
            .. before.Properties.Where(property => property.Name != Property),
            new ResourcePropertySnapshot(Property, state) { DisplayName = "Model", IsHighlighted = true },
        ],
    };

    private async Task<(bool IsReady, string State)> AskAsync(CancellationToken cancellationToken)
    {
        if (!server.Connection.Endpoint.IsAllocated)
        {
            return (false, Silent);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            using var answer = await s_client.GetAsync(new Uri($"{server.Connection.Endpoint.Url}/health/ready"), limit.Token);
            return answer.IsSuccessStatusCode ? (true, Loaded) : (false, await ReasonAsync(answer, limit.Token));
        }
        catch (HttpRequestException)
        {
            return (false, Silent);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, Silent);
        }
    }

    /// <summary>The sentence of the error object; the status where there is none.</summary>
    private static async Task<string> ReasonAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return body.GetProperty("error").GetProperty("message").GetString() ?? $"The server answers {(int)answer.StatusCode}.";
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return $"The server answers {(int)answer.StatusCode}.";
        }
    }
}
