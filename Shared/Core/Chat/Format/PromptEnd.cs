using Rill.Text;

namespace Rill.Chat.Format;

/// <summary>What a prompt's end says of the answer that follows it.</summary>
public static class PromptEnd
{
    /// <summary>
    /// True when the prompt opens the reasoning and does not close it, so that the answer begins inside. Only what the template wrote counts:
    /// a request's text opens nothing.
    /// </summary>
    /// <param name="prompt">The rendered prompt.</param>
    /// <param name="format">How the model writes; null for no reasoning.</param>
    /// <param name="continues">True when the prompt ends within an assistant's turn of the request.</param>
    public static bool OpensReasoning(PromptText prompt, MessageFormat? format, bool continues = false)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (format is not { Reasoning: { } reasoning, Channels: null })
        {
            return false;
        }

        var own = continues
            ? string.Concat(prompt.Runs.Where(run => !run.FromRequest).Select(run => run.Text))
            : prompt.Runs is [.., { FromRequest: false } last] ? last.Text : "";
        var end = own.LastIndexOf(reasoning.End.Trim(), StringComparison.Ordinal);
        var start = reasoning.Start.Trim() is { Length: > 0 } mark ? own.LastIndexOf(mark, StringComparison.Ordinal) : 0;
        return start > end;
    }
}
