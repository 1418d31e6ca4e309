using System.Globalization;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Chat;

/// <summary>An answer, and how long it took.</summary>
internal sealed record AnswerRecord
{
    /// <summary>The answer's text, as far as it came.</summary>
    public required string Content { get; init; }

    /// <summary>Why it ended; null where nothing says.</summary>
    public string? FinishReason { get; init; }

    /// <summary>True when it was stopped by Ctrl+C.</summary>
    public bool Stopped { get; init; }

    /// <summary>Tokens as the server counts them; null where it does not say, as for an answer that was stopped.</summary>
    public TokenCounts? Usage { get; init; }

    /// <summary>From the request to the first text; null when none came.</summary>
    public TimeSpan? FirstText { get; init; }

    /// <summary>From the request to the end.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>Tokens a second after the first; null where it cannot be told.</summary>
    public double? TokensPerSecond => Usage is { Completion: > 1 } usage && FirstText is { } first && Total > first
        ? (usage.Completion - 1) / (Total - first).TotalSeconds
        : null;

    /// <summary>One line for people.</summary>
    public string Describe()
    {
        var parts = new List<string>();
        if (Stopped)
        {
            parts.Add("stopped");
        }

        if (FinishReason is "length" or "content_filter")
        {
            parts.Add($"ended by {FinishReason}");
        }

        if (FirstText is { } first)
        {
            parts.Add(Invariant($"first token after {first.TotalSeconds:0.00} s"));
        }

        if (Usage is { } usage)
        {
            parts.Add(Invariant($"{usage.Completion} tokens") + (TokensPerSecond is { } speed ? Invariant($" at {speed:0.0}/s") : ""));
            parts.Add(Invariant($"prompt of {usage.Prompt}") + (usage.Cached > 0 ? Invariant($", {usage.Cached} of them cached") : ""));
        }

        return string.Join(" · ", parts);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
