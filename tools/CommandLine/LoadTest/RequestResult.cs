using System.Diagnostics;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.LoadTest;

/// <summary>What became of one request. Moments are ticks of the stopwatch.</summary>
/// <param name="Due">When it should have been sent. Times count from here, so that a sender or a server that is late hides nothing.</param>
/// <param name="Sent">When it was sent.</param>
internal sealed record RequestResult(long Due, long Sent)
{
    /// <summary>When the parts with text came.</summary>
    public IReadOnlyList<long> Arrivals { get; init; } = [];

    /// <summary>When it ended.</summary>
    public long Ended { get; init; }

    /// <summary>Tokens as the server counts them; null where it does not.</summary>
    public TokenCounts? Usage { get; init; }

    /// <summary>What kind of failure it was; null for a success.</summary>
    public string? Error { get; init; }

    /// <summary>What the failure's message says; null for a success.</summary>
    public string? Message { get; init; }

    /// <summary>Tokens of the answer; parts where the server does not count.</summary>
    public int Tokens => Usage?.Completion ?? Arrivals.Count;

    /// <summary>Milliseconds to the first token; null without one.</summary>
    public double? FirstToken => Arrivals.Count > 0 ? Milliseconds(Due, Arrivals[0]) : null;

    /// <summary>Milliseconds to the end.</summary>
    public double EndToEnd => Milliseconds(Due, Ended);

    /// <summary>Milliseconds between neighbouring parts.</summary>
    public IEnumerable<double> Gaps => Arrivals.Zip(Arrivals.Skip(1), Milliseconds);

    /// <summary>Milliseconds for each token after the first; null where there is none.</summary>
    public double? PerToken => Tokens > 1 && Arrivals.Count > 1 ? Milliseconds(Arrivals[0], Arrivals[^1]) / (Tokens - 1) : null;

    /// <summary>Tokens that came until a moment: parts are taken to hold equally many.</summary>
    public double TokensUntil(long moment) => Arrivals.Count == 0 ? 0 : (double)Tokens * Arrivals.Count(at => at <= moment) / Arrivals.Count;

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
