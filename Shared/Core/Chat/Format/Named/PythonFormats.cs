namespace Rill.Chat.Format.Named;

/// <summary>Formats in which calls are written as Python writes them.</summary>
internal static class PythonFormats
{
    /// <summary>All of them.</summary>
    public static IEnumerable<MessageFormat> All =>
    [
        new() { Source = "pythonic", Tools = Calls("[", "]", ",") },
        new()
        {
            Source = "lfm2",
            Reasoning = new("<think>", "</think>"),
            Tools = Calls("<|tool_call_start|>[", "]<|tool_call_end|>", ","),
        },
    ];

    private static ToolFormat Calls(string start, string end, string separator) => new()
    {
        SectionStart = start,
        SectionEnd = end,
        Separator = separator,
        Call = [new(CallPartKind.Name), new(CallPartKind.Literal, "("), new(CallPartKind.Arguments), new(CallPartKind.Literal, ")")],
        Arguments = new(ArgumentKind.Python),
    };
}
