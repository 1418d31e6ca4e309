using Rill.Chat.Input;

namespace Rill.Chat.Format.Derivation;

/// <summary>
/// Finds out how a model writes by its own chat template: renders conversations that differ in one thing, and compares. What is found is
/// tried once: another conversation, written by the template, must be read as what it says.
/// </summary>
public static class FormatDerivation
{
    /// <summary>What this finds is said to come from here.</summary>
    public const string Source = "chat template";

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>The format; null where the template shows neither reasoning nor calls, and nothing that an answer would need.</summary>
    /// <param name="renderer">The model's template.</param>
    public static MessageFormat? Derive(PromptRenderer renderer)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        using var time = new CancellationTokenSource(s_longest);
        try
        {
            return Derive(new TemplateProbe(renderer, time.Token));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static MessageFormat? Derive(TemplateProbe probe)
    {
        if (KnownTemplates.Format(probe) is { } known)
        {
            return known;
        }

        if (TurnDerivation.Derive(probe) is not { } turn)
        {
            return KnownTemplates.Calls(probe) is { } spoken ? new MessageFormat { Source = Source, Tools = spoken } : null;
        }

        var format = new MessageFormat
        {
            Source = Source,
            Reasoning = turn.Reasoning,
            ContentStart = turn.ContentStart,
            TurnEnds = turn.Ends,
        };
        var calls = CallDerivation.Derive(probe, turn);
        format = format with
        {
            Tools = calls is not null && FormatCheck.Reads(format with { Tools = calls }, turn, probe) ? calls : KnownTemplates.Calls(probe),
        };
        return format is { Reasoning: null, Tools: null, ContentStart: "" } ? null : format;
    }
}
