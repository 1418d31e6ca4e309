using System.Globalization;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Top;

/// <summary>A reading as names and values for people.</summary>
internal static class ReadingRows
{
    private const double MiB = 1 << 20;

    /// <summary>The rows.</summary>
    public static IEnumerable<(string Name, string Value)> Of(EngineReading reading) =>
    [
        ("until", string.Create(CultureInfo.InvariantCulture, $"{reading.At:HH:mm:ss}, over {reading.Seconds:0.#} s")),
        ("running", Number(reading.Running)),
        ("waiting", Number(reading.Waiting)),
        ("KV cache", Percent(reading.KvCacheUsage)),
        ("prefix hits", Percent(reading.PrefixHits)),
        ("tokens in", $"{Number(reading.InputTokensPerSecond)}/s"),
        ("tokens out", $"{Number(reading.OutputTokensPerSecond)}/s"),
        ("first token", Times(reading.TtftMs)),
        ("between tokens", Times(reading.ItlMs)),
        ("ended", Counts(reading.Ended) + (reading.Refused > 0 ? $" · refused {Number(reading.Refused)}" : "")),
        ("ended in all", Counts(reading.EndedInAll)),
        ("memory", reading.MemoryBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB:0} MiB") : "-"),
    ];

    /// <summary>The head: what is looked at.</summary>
    public static string Title(EngineReading reading) => $"{HarmlessText.Line(reading.Model ?? "?")} at {reading.Url}";

    private static string Number(double? value) => value is { } number ? number.ToString(number >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) : "-";

    private static string Percent(double? part) => part is { } value ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "-";

    private static string Times(Quantiles? times) =>
        times is null ? "-" : $"p50 {Number(times.P50)} ms · p90 {Number(times.P90)} ms · p99 {Number(times.P99)} ms";

    private static string Counts(IReadOnlyDictionary<string, double> counts) => string.Join(" · ", counts.Select(count => $"{count.Key} {Number(count.Value)}"));
}
