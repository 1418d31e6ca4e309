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
        foreach (var run in runs)
        {
            if (run.Text.Length == 0)
            {
                continue;
            }

            if (joined.Count > 0 && joined[^1].FromRequest == run.FromRequest)
            {
                joined[^1] = joined[^1] with { Text = joined[^1].Text + run.Text };
            }
            else
            {
                joined.Add(run);
            }
        }

        Runs = joined;
    }

    /// <summary>The runs, none empty, neighbours of different origin.</summary>
    public IReadOnlyList<PromptRun> Runs { get; }

    /// <summary>A prompt that is wholly the request's own text.</summary>
    public static PromptText OfRequest(string text) => new([new PromptRun(text, FromRequest: true)]);

    /// <summary>A prompt that is wholly ours.</summary>
    public static PromptText OfTemplate(string text) => new([new PromptRun(text, FromRequest: false)]);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var run in Runs)
        {
            text.Append(run.Text);
        }

        return text.ToString();
    }
}

/// <summary>A stretch of prompt text of one origin.</summary>
/// <param name="Text">The characters.</param>
/// <param name="FromRequest">True when it came from the request, false when the template or the server wrote it.</param>
public readonly record struct PromptRun(string Text, bool FromRequest);
