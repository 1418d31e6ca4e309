using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Rill.CommandLine.Client;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Chat;

/// <summary>One request and its answer: shown as it comes, with what is waited for, and tried again when the server says when.</summary>
/// <param name="client">The server.</param>
/// <param name="view">Where the answer goes.</param>
/// <param name="status">Tells what is waited for.</param>
/// <param name="patience">How long to try a server again that says that it is busy or loading.</param>
internal sealed class Exchange(ApiClient client, IAnswerView view, StatusLine status, TimeSpan patience)
{
    private const string LoadingMark = "loading: ";
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    /// <summary>Told of each time that the request is put off, for a reader who sees no status line.</summary>
    public Action<string> PutOff { get; init; } = _ => { };

    /// <summary>Asks, and shows the answer. Cancelling ends it where it is.</summary>
    /// <exception cref="ServerException">The server failed; what came of the answer is shown.</exception>
    public async Task<AnswerRecord> AskAsync(JsonObject request, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        var text = new StringBuilder();
        while (true)
        {
            try
            {
                return await AskOnceAsync(request, text, interrupt);
            }
            catch (ServerException busy) when (busy.RetryAfter is { } pause && text.Length == 0 && Stopwatch.GetElapsedTime(started) + pause < patience)
            {
                if (!await WaitAsync(busy, pause, interrupt))
                {
                    return new AnswerRecord { Content = "", Stopped = true, Total = Stopwatch.GetElapsedTime(started) };
                }
            }
            finally
            {
                status.Clear();
                view.End();
            }
        }
    }

    private async Task<AnswerRecord> AskOnceAsync(JsonObject request, StringBuilder text, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        TimeSpan? first = null;
        var last = new AnswerPart();
        TokenCounts? usage = null;
        var stopped = false;
        try
        {
            var what = "waiting for the server";
            using var answer = await WatchAsync(client.StreamAsync(request, interrupt), what, started);
            what = "waiting for the first token";
            while (await (first is null ? WatchAsync(answer.NextAsync(interrupt).AsTask(), what, started) : answer.NextAsync(interrupt).AsTask()) is { } part)
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

    /// <summary>Counts the seconds of a wait that takes longer than one.</summary>
    private async Task<T> WatchAsync<T>(Task<T> awaited, string what, long started)
    {
        while (await Task.WhenAny(awaited, Task.Delay(s_second, CancellationToken.None)) != awaited)
        {
            status.Show(string.Create(CultureInfo.InvariantCulture, $"{what} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, Ctrl+C stops)"));
        }

        return await awaited;
    }

    /// <summary>Waits before a request is sent again. False when it was interrupted.</summary>
    private async Task<bool> WaitAsync(ServerException busy, TimeSpan pause, CancellationToken interrupt)
    {
        PutOff(string.Create(CultureInfo.InvariantCulture, $"{busy.Message} Trying again in {Math.Ceiling(pause.TotalSeconds)} s."));
        try
        {
            for (var left = pause; left > TimeSpan.Zero; left -= s_second)
            {
                status.Show(string.Create(CultureInfo.InvariantCulture, $"{busy.Said} Trying again in {Math.Ceiling(left.TotalSeconds)} s (Ctrl+C stops)"));
                await Task.Delay(left < s_second ? left : s_second, interrupt);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
