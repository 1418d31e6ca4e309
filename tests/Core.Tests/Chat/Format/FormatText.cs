using Rill.Chat.Format;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>A format on a few lines, as the golden file has it.</summary>
internal static class FormatText
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(string name, MessageFormat? format)
    {
        yield return $"# {name}";
        if (format is null)
        {
            yield return "nothing";
            yield break;
        }

        yield return $"source: {format.Source}; turn ends: {Show([.. format.TurnEnds])}{(format.ContentStart.Length > 0 ? $"; content start: {Show(format.ContentStart)}" : "")}";
        if (format.Reasoning is { } reasoning)
        {
            yield return $"reasoning: {Show(reasoning.Start, reasoning.End)}";
        }

        if (format.Tools is { } tools)
        {
            yield return $"calls: section {Show(tools.SectionStart, tools.SectionEnd)}{(tools.StartIsOptional ? " optional" : "")}; each {Show(tools.Open, tools.Close)};"
                + $" between {Show(tools.Separator)}; {(tools.Parallel ? "several" : "one")}; id {tools.CallId}";
            yield return $"call: {string.Concat(tools.Call.Select(part => part.Kind == CallPartKind.Literal ? Show(part.Text) : $"{{{part.Kind}}}"))}";
            yield return Arguments(tools.Arguments);
        }
    }

    private static string Arguments(ArgumentEncoding arguments) => arguments.Kind switch
    {
        ArgumentKind.JsonObject => $"arguments: JsonObject {Path(arguments.NamePath)} {Path(arguments.ArgumentsPath)} {Path(arguments.IdPath)}{(arguments.ArgumentsAreText ? " text" : "")}",
        ArgumentKind.Tagged => $"arguments: Tagged {Show(arguments.KeyOpen, arguments.KeyClose, arguments.KeyCloseOther, arguments.ValueClose)}",
        ArgumentKind.Lax => $"arguments: Lax {Show(arguments.KeyClose, arguments.StringDelimiter)}",
        var kind => $"arguments: {kind}",
    };

    private static string Path(IReadOnlyList<string> path) => path.Count == 0 ? "-" : string.Join('.', path);

    private static string Show(params IReadOnlyList<string> texts) => string.Join(" ", texts.Select(text => $"`{text.Replace("\n", "\\n", StringComparison.Ordinal)}`"));
}
