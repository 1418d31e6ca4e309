namespace Rill.Chat.Format.Named;

/// <summary>Formats in which a name stands before the JSON object of its arguments.</summary>
internal static class NamedCallFormats
{
    private static readonly ReasoningFormat s_think = new("<think>", "</think>");
    private static readonly ArgumentEncoding s_json = new(ArgumentKind.Json);
    private static readonly CallPart s_name = new(CallPartKind.Name);
    private static readonly CallPart s_arguments = new(CallPartKind.Arguments);

    /// <summary>All of them.</summary>
    public static IEnumerable<MessageFormat> All =>
    [
        new()
        {
            Source = "mistral",
            Reasoning = new("[THINK]", "[/THINK]"),
            Tools = new()
            {
                Open = "[TOOL_CALLS]",
                Call = [s_name, Literal("[CALL_ID]"), new(CallPartKind.Id), Literal("[ARGS]"), s_arguments],
                Arguments = s_json,
                CallId = "{9}",
            },
        },
        new()
        {
            Source = "deepseek_v3",
            Reasoning = s_think,
            Tools = DeepSeek(Literal("function<｜tool▁sep｜>"), s_name, Literal("\n```json\n"), s_arguments, Literal("\n```")),
        },
        new() { Source = "deepseek_v31", Reasoning = s_think, Tools = DeepSeek(s_name, Literal("<｜tool▁sep｜>"), s_arguments) },
        new()
        {
            Source = "kimi_k2",
            Reasoning = s_think,
            Tools = new()
            {
                SectionStart = "<|tool_calls_section_begin|>",
                SectionEnd = "<|tool_calls_section_end|>",
                Open = "<|tool_call_begin|>",
                Close = "<|tool_call_end|>",
                Call =
                [
                    Literal("functions."), s_name, Literal(":"), new(CallPartKind.Index), Literal("<|tool_call_argument_begin|>"), s_arguments,
                ],
                Arguments = s_json,
                CallId = "functions.{name}:{index}",
            },
        },
        new()
        {
            Source = "functionary_v31",
            Tools = new() { Open = "<function=", Call = [s_name, Literal(">"), s_arguments], Close = "</function>", Arguments = s_json },
        },
        new()
        {
            Source = "functionary",
            Tools = new() { Open = ">>>", Call = [s_name, Literal("\n"), s_arguments], Arguments = s_json },
            Channels = new() { Start = ">>>", Channel = "", HeaderEnd = "\n", Recipient = "", ContentChannels = ["all"] },
        },
    ];

    private static CallPart Literal(string text) => new(CallPartKind.Literal, text);

    private static ToolFormat DeepSeek(params IReadOnlyList<CallPart> call) => new()
    {
        SectionStart = "<｜tool▁calls▁begin｜>",
        SectionEnd = "<｜tool▁calls▁end｜>",
        Open = "<｜tool▁call▁begin｜>",
        Close = "<｜tool▁call▁end｜>",
        Call = call,
        Arguments = s_json,
    };
}
