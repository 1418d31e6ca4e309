using System.Text;

namespace Rill.Text;

/// <summary>
/// A rendered prompt: text in runs, each with its origin. Text that came from a request is never taken for a special token, so that
/// nobody forges a turn.
/// </summary>
public sealed class PromptText
{
    /// <summary>Builds a prompt from its runs; empty runs are dropped and neighbours of one origin joined.</summary>
    public PromptText(IEnumerable<PromptRun> runs)
    {
        var joined = new List<PromptRun>();
        var text = new StringBuilder();
        var fromRequest = false;
        foreach (var run in runs)
        {
            if (run.Text.Length > 0 && run.FromRequest != fromRequest)
            {
                AddRun(joined, text, fromRequest);
                fromRequest = run.FromRequest;
            }

            text.Append(run.Text);
        }

        AddRun(joined, text, fromRequest);
        Runs = joined;
    }

    /// <summary>The runs, none empty, neighbours of different origin.</summary>
    public IReadOnlyList<PromptRun> Runs { get; }

    /// <summary>A prompt that is wholly the request's own text.</summary>
    public static PromptText OfRequest(string text) => new([new PromptRun(text, FromRequest: true)]);

    /// <summary>A prompt that is wholly ours.</summary>
    public static PromptText OfTemplate(string text) => new([new PromptRun(text, FromRequest: false)]);

    /// <summary>True when some character of [start, end), in UTF-16 units, came from the request.</summary>
    public bool HasRequestText(int start, int end)
    {
        var position = 0;
        foreach (var run in Runs)
        {
            if (run.FromRequest && position < end && position + run.Text.Length > start)
            {
                return true;
            }

            position += run.Text.Length;
        }

        return false;
    }

    /// <summary>The first characters, as many as <paramref name="length"/> says in UTF-16 units; all when there are fewer.</summary>
    public PromptText Take(int length)
    {
        var runs = new List<PromptRun>();
        foreach (var run in Runs)
        {
            runs.Add(run with { Text = run.Text[..Math.Clamp(length, 0, run.Text.Length)] });
            length -= run.Text.Length;
        }

        return new(runs);
    }

    /// <inheritdoc/>
    public override string ToString() => Runs.Count == 1 ? Runs[0].Text : string.Concat(Runs.Select(run => run.Text));

    private static void AddRun(List<PromptRun> runs, StringBuilder text, bool fromRequest)
    {
        if (text.Length == 0)
        {
            return;
        }

        runs.Add(new(text.ToString(), fromRequest));
        text.Clear();
    }
}

/// <summary>A stretch of prompt text of one origin.</summary>
/// <param name="Text">The characters.</param>
/// <param name="FromRequest">True when it came from the request, false when the template or the server wrote it.</param>
public readonly record struct PromptRun(string Text, bool FromRequest);
