using System.Diagnostics;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.LoadTest;

/// <summary>Sends requests and notes when their answers come.</summary>
/// <param name="client">The server.</param>
/// <param name="timeout">How long a request may take.</param>
internal sealed class LoadClient(ApiClient client, TimeSpan timeout)
{
    /// <summary>Reads an answer and returns the tokens, as the server counts them; null where it does not.</summary>
    /// <exception cref="ServerException">The server fails, or takes too long.</exception>
    public Task<TokenCounts?> ReadAsync(JsonObject request, CancellationToken cancellationToken) =>
        client.WithinAsync(timeout, limited => ReadToEndAsync(request, limited), cancellationToken);

    /// <summary>Sends a request; what fails is a result, too.</summary>
    /// <param name="request">The request.</param>
    /// <param name="due">When it should be sent.</param>
    /// <param name="cancellationToken">Ends the test.</param>
    /// <exception cref="OperationCanceledException">The test ends.</exception>
    public async Task<RequestResult> MeasureAsync(JsonObject request, long due, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var arrivals = new List<long>(capacity: 256);
        TokenCounts? usage = null;
        var result = new RequestResult(due, Stopwatch.GetTimestamp()) { Arrivals = arrivals };
        try
        {
            using var answer = await client.StreamAsync(request, limit.Token);
            while (await answer.NextAsync(limit.Token) is { } part)
            {
                if (part.HasText)
                {
                    arrivals.Add(Stopwatch.GetTimestamp());
                }

                usage = part.Usage ?? usage;
            }

            return result with { Ended = Stopwatch.GetTimestamp(), Usage = usage };
        }
        catch (ServerException failure)
        {
            return result with { Ended = Stopwatch.GetTimestamp(), Error = failure.Kind, Message = failure.Message };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return result with { Ended = Stopwatch.GetTimestamp(), Error = "timeout", Message = $"No end within {timeout.TotalSeconds:0.#} s." };
        }
    }

    private async Task<TokenCounts?> ReadToEndAsync(JsonObject request, CancellationToken cancellationToken)
    {
        using var answer = await client.StreamAsync(request, cancellationToken);
        TokenCounts? usage = null;
        while (await answer.NextAsync(cancellationToken) is { } part)
        {
            usage = part.Usage ?? usage;
        }

        return usage;
    }
}
