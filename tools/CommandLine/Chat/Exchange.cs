using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Chat;

/// <summary>One request and its answer: shown as it comes, with what is waited for, and tried again when the server says when.</summary>
/// <param name="client">The server.</param>
/// <param name="view">Where the answer goes.</param>
/// <param name="status">Tells what is waited for.</param>
/// <param name="wait">Waits for the server.</param>
internal sealed class Exchange(ApiClient client, IAnswerView view, StatusLine status, ServerWait wait)
{
    private const string LoadingMark = "loading: ";

    /// <summary>Asks, and shows the answer. Cancelling ends it where it is.</summary>
    /// <exception cref="ServerException">The server failed; what came of the answer is shown.</exception>
    public async Task<AnswerRecord> AskAsync(JsonObject request, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await wait.RetryAsync(() => AskOnceAsync(request, interrupt), interrupt);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return new AnswerRecord { Content = "", Stopped = true, Total = Stopwatch.GetElapsedTime(started) };
        }
        finally
        {
            status.Clear();
            view.End();
        }
    }

    private async Task<AnswerRecord> AskOnceAsync(JsonObject request, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        var text = new StringBuilder();
        TimeSpan? first = null;
        var last = new AnswerPart();
        TokenCounts? usage = null;
        var stopped = false;
        try
        {
            var what = "waiting for the server";
            using var answer = await wait.WatchAsync(client.StreamAsync(request, interrupt), what, started);
            what = "waiting for the first token";
            while (await (first is null ? wait.WatchAsync(answer.NextAsync(interrupt).AsTask(), what, started) : answer.NextAsync(interrupt).AsTask()) is { } part)
            {
                if (Describe(part.Comment) is { } progress)
                {
                    status.Show(what = progress);
                }

                if (part.HasText)
                {
                    status.Clear();
                    first ??= Stopwatch.GetElapsedTime(started);
                    view.WriteReasoning(part.Reasoning);
                    view.WriteContent(part.Content);
                    text.Append(part.Content);
                }

                usage = part.Usage ?? usage;
                last = part.FinishReason is null ? last : part;
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            stopped = true;
        }

        return new AnswerRecord
        {
            Content = text.ToString(),
            FinishReason = last.FinishReason,
            Stopped = stopped,
            Usage = usage,
            FirstText = first,
            Total = Stopwatch.GetElapsedTime(started),
        };
    }

    /// <summary>What a server's comment says to a person; null for one that only keeps the connection alive.</summary>
    private static string? Describe(string? comment) =>
        comment?.StartsWith(LoadingMark, StringComparison.Ordinal) == true ? $"the model is loading: {comment[LoadingMark.Length..]}" : null;
}
