namespace Rill.Serving;

/// <summary>
/// Measures how fast the engine works, to tell refused clients when to return. Not thread-safe: <see cref="AdmissionGate"/> guards it.
/// </summary>
internal sealed class ServiceRate
{
    private const double MemorySeconds = 10;       // busy time after which a measurement has lost most of its weight
    private const double CompletionWeight = 0.1;   // of the newest completion's length in the average

    private double _tokens;
    private double _seconds;
    private double _completionTokens = 64;         // a guess until the first completion

    /// <summary>Prompt and completion tokens per second of busy time; 0 before the first measurement.</summary>
    public double TokensPerSecond => _seconds > 0 ? _tokens / _seconds : 0;

    /// <summary>Counts one step's tokens and its duration.</summary>
    public void AddStep(int tokens, TimeSpan elapsed)
    {
        var keep = Math.Exp(-elapsed.TotalSeconds / MemorySeconds);
        _tokens = (_tokens * keep) + tokens;
        _seconds = (_seconds * keep) + elapsed.TotalSeconds;
    }

    /// <summary>Counts the length of a completion that ended.</summary>
    public void AddCompletion(int tokens) => _completionTokens += CompletionWeight * (tokens - _completionTokens);

    /// <summary>Whole seconds, 1 to 30, until this much work is done (contract H.3).</summary>
    public int EstimateSeconds(long promptTokens, int completions)
    {
        if (TokensPerSecond <= 0)
        {
            return 1;
        }

        var work = promptTokens + (completions * _completionTokens);
        return (int)Math.Clamp(Math.Ceiling(work / TokensPerSecond), 1, 30);
    }
}
