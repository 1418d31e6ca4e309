namespace Rill.Chat.Format;

/// <summary>A format in a few words, for logs and reports.</summary>
public static class FormatSummary
{
    /// <summary>How it thinks, or null.</summary>
    public static string? Reasoning(MessageFormat? format) => format switch
    {
        { Channels.ReasoningChannels: [var channel, ..] } => $"in the channel {channel}",
        { Channels: null, Reasoning: { } reasoning } => $"{Show(reasoning.Start)} ... {Show(reasoning.End)}",
        _ => null,
    };

    /// <summary>How it calls tools, as an example; null where nobody knows.</summary>
    public static string? Calls(MessageFormat? format)
    {
        if (format?.Tools is not { } tools)
        {
            return null;
        }

        var call = Show(tools.Open) + string.Concat(tools.Call.Select(part => part.Kind switch
        {
            CallPartKind.Literal => Show(part.Text),
            CallPartKind.Arguments => Arguments(tools.Arguments),
            var kind => $"({kind.ToString().ToLowerInvariant()})",
        })) + Show(tools.Close);
        return Show(tools.SectionStart) + call + (tools.Parallel ? Show(tools.Separator) + "..." : "") + Show(tools.SectionEnd);
    }

    /// <summary>All of it in one sentence.</summary>
    public static string Sentence(MessageFormat? format) => format is null
        ? "Nobody knows how this model writes reasoning or tool calls: all its text is visible, and requests with tools need tool_choice none (Rill__MessageFormat can name a format)."
        : $"Message format from {format.Source}: reasoning {Reasoning(format) ?? "unknown"}, tool calls {Calls(format) ?? "unknown"}.";

    private static string Arguments(ArgumentEncoding encoding) => encoding.Kind switch
    {
        ArgumentKind.JsonObject => $"{{{string.Join(", ", new[] { encoding.NamePath, encoding.ArgumentsPath, encoding.IdPath }.Where(path => path.Count > 0).Select(path => string.Join('.', path)))}}}",
        ArgumentKind.NameIsKey => "{(name): {...}}",
        ArgumentKind.Json => "{...}",
        ArgumentKind.JsonString => "\"{...}\"",
        ArgumentKind.Tagged => $"{Show(encoding.KeyOpen)}(key){Show(encoding.KeyClose)}(value){Show(encoding.ValueClose)}...",
        ArgumentKind.Lax => $"{{(key){encoding.KeyClose}{encoding.StringDelimiter}(text){encoding.StringDelimiter}, ...}}",
        _ => "(key)=(literal), ...",
    };

    private static string Show(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);
}
