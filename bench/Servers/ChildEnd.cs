using System.Diagnostics;

namespace Rill.Bench.Servers;

/// <summary>Bounds of what a benchmark waits for a child process: one that hangs then fails its part, and not the whole run.</summary>
internal static class ChildEnd
{
    /// <summary>The longest that any single answer takes, by far.</summary>
    private static readonly TimeSpan _answerLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _killLimit = TimeSpan.FromSeconds(20);

    /// <summary>The child's next line; null when it has ended.</summary>
    /// <param name="child">The child.</param>
    /// <param name="asked">What the line answers, for the message.</param>
    /// <param name="limit">How long it may take; null for ten minutes.</param>
    /// <exception cref="InvalidOperationException">None came in time. The child and its children are ended.</exception>
    public static string? AwaitLine(this Process child, string? asked = null, TimeSpan? limit = null)
    {
        var line = child.StandardOutput.ReadLineAsync();
        return line.Wait(limit ?? _answerLimit)
            ? line.Result
            : throw Give(child, asked is null ? "has not answered" : $"was asked {asked} and has not answered", limit ?? _answerLimit);
    }

    /// <summary>Waits for the child's end.</summary>
    /// <exception cref="InvalidOperationException">It did not end in time. The child and its children are ended.</exception>
    public static void AwaitEnd(this Process child, TimeSpan limit)
    {
        if (!child.WaitForExit(limit))
        {
            throw Give(child, "has not ended", limit);
        }
    }

    /// <summary>Ends the child and its children, if it does not end by itself within the limit.</summary>
    public static void EndWithin(this Process child, TimeSpan limit)
    {
        if (!child.WaitForExit(limit))
        {
            child.Kill(entireProcessTree: true);
            child.WaitForExit(_killLimit);
        }
    }

    private static InvalidOperationException Give(Process child, string what, TimeSpan limit)
    {
        var name = $"{child.StartInfo.FileName} {string.Join(' ', child.StartInfo.ArgumentList)} (process {child.Id})";
        child.EndWithin(TimeSpan.Zero);
        return new InvalidOperationException($"{name} {what} within {limit.TotalSeconds:0} s; what it said on standard error stands above.");
    }
}
