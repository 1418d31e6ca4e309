namespace Rill.Chat.Format.Named;

/// <summary>Formats in which each argument has marks of its own, or the arguments are like JSON.</summary>
internal static class TaggedFormats
{
    private static readonly ReasoningFormat s_think = new("<think>", "</think>");
    private static readonly CallPart s_name = new(CallPartKind.Name);
    private static readonly CallPart s_arguments = new(CallPartKind.Arguments);

    /// <summary>All of them.</summary>
    public static IEnumerable<MessageFormat> All =>
    [
        new() { Source = "qwen3_coder", Reasoning = s_think, Tools = Xml("<tool_call>\n<function=", "</function>\n</tool_call>") },
        new()
        {
            Source = "seed_oss",
            Reasoning = new("<seed:think>", "</seed:think>"),
            Tools = Xml("<seed:tool_call>\n<function=", "</function>\n</seed:tool_call>"),
        },
        new()
        {
            Source = "glm45",
            Reasoning = s_think,
            Tools = new()
            {
                Open = "<tool_call>",
                Close = "</tool_call>",
                Call = [s_name, s_arguments],
                Arguments = Tagged("<arg_key>", "</arg_key>\n<arg_value>", "</arg_value>"),
            },
        },
        new()
        {
            Source = "minimax_m2",
            Reasoning = s_think,
            Tools = Invoke("<minimax:tool_call>", "</minimax:tool_call>", "", Tagged("<parameter name=\"", "\">", "</parameter>")),
        },
        new()
        {
            Source = "deepseek_v32",
            Reasoning = s_think,
            Tools = Invoke("<｜DSML｜function_calls>", "</｜DSML｜function_calls>", "｜DSML｜",
                Tagged("<｜DSML｜parameter name=\"", "\" string=\"true\">", "</｜DSML｜parameter>") with { KeyCloseOther = "\" string=\"false\">" }),
        },
        new()
        {
            Source = "gemma4",
            Reasoning = new("<|channel>thought", "<channel|>"),
            Tools = Lax("<|tool_call>call:", "<tool_call|>", "<|\"|>"),
        },
        new() { Source = "functiongemma", Tools = Lax("<start_function_call>call:", "<end_function_call>", "<escape>") },
    ];

    private static ArgumentEncoding Tagged(string keyOpen, string keyClose, string valueClose) =>
        new(ArgumentKind.Tagged) { KeyOpen = keyOpen, KeyClose = keyClose, KeyCloseOther = keyClose, ValueClose = valueClose };

    private static ToolFormat Xml(string open, string close) => new()
    {
        Open = open,
        Close = close,
        Call = [s_name, new(CallPartKind.Literal, ">"), s_arguments],
        Arguments = Tagged("<parameter=", ">\n", "\n</parameter>"),
    };

    private static ToolFormat Invoke(string start, string end, string prefix, ArgumentEncoding arguments) => new()
    {
        SectionStart = start,
        SectionEnd = end,
        Open = $"<{prefix}invoke name=\"",
        Close = $"</{prefix}invoke>",
        Call = [s_name, new(CallPartKind.Literal, "\">"), s_arguments],
        Arguments = arguments,
    };

    private static ToolFormat Lax(string open, string close, string delimiter) => new()
    {
        Open = open,
        Close = close,
        Call = [s_name, s_arguments],
        Arguments = new(ArgumentKind.Lax) { KeyClose = ":", StringDelimiter = delimiter },
    };
}
