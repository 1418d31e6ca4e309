using System.Globalization;

namespace Rill.CommandLine.LoadTest;

/// <summary>A report as rows of a table, its loads side by side.</summary>
internal static class ReportRows
{
    /// <summary>The head: what the rows are about, then the loads.</summary>
    public static IReadOnlyList<string> Head(LoadReport report) => ["", .. report.Levels.Select(level => new LoadLevel(level.Concurrency, level.Rate).Title)];

    /// <summary>The rows.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(LoadReport report)
    {
        yield return Row("requests", level => $"{level.Requests}");
        yield return Row("failed", level => $"{level.Failed}");
        yield return Row("seconds", level => Number(level.Seconds));
        yield return Row("requests/s", level => Number(level.RequestsPerSecond));
        yield return Row("output tokens/s", level => Number(level.OutputTokensPerSecond));
        yield return Row("input tokens/s", level => Number(level.InputTokensPerSecond));
        yield return Row("tokens of a prompt", level => Number(level.PromptTokensMean));
        yield return Row("from the cache", level => level.CachedPart is { } part ? $"{Number(part * 100)} %" : "-");
        yield return Row("tokens of an answer", level => Number(level.CompletionTokensMean));
        foreach (var row in Times("first token, ms", level => level.TtftMs)
            .Concat(Times("between chunks, ms", level => level.ItlMs))
            .Concat(Times("a token, ms", level => level.TpotMs))
            .Concat(Times("whole answer, ms", level => level.E2eMs)))
        {
            yield return row;
        }

        if (report.Levels.Any(level => level.Rate is not null))
        {
            yield return Row("sent late by, ms", level => Number(level.SendLagMsMax));
        }

        IReadOnlyList<string> Row(string name, Func<LevelReport, string> value) => [name, .. report.Levels.Select(value)];

        IEnumerable<IReadOnlyList<string>> Times(string name, Func<LevelReport, Distribution?> times) =>
        [
            Row($"{name}: p50", level => Number(times(level)?.P50)),
            Row("  p90", level => Number(times(level)?.P90)),
            Row("  p99", level => Number(times(level)?.P99)),
        ];
    }

    /// <summary>A sentence for each kind of failure, and for what makes the figures less than they seem.</summary>
    public static IEnumerable<string> Notes(LoadReport report)
    {
        foreach (var level in report.Levels)
        {
            var title = new LoadLevel(level.Concurrency, level.Rate).Title;
            foreach (var (kind, count) in level.Errors)
            {
                yield return $"{title}: {count} × {kind}: {level.Messages[kind]}";
            }
        }

        if (report.Levels.Any(level => level.TokensCountedBy == "chunks" && level.Failed < level.Requests))
        {
            yield return "The server does not count tokens: chunks are counted in their place.";
        }
    }

    private static string Number(double? value) => value is not { } number ? "-" : number.ToString(
        Math.Abs(number) switch { >= 99.95 => "0", >= 9.995 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
