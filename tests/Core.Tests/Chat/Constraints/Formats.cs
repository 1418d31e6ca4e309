using Rill.Chat.Format;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>How well-known models write calls.</summary>
internal static class Formats
{
    public static MessageFormat Qwen3 { get; } = Of(new()
    {
        Open = "<tool_call>", Close = "</tool_call>", Call = [new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.JsonObject) { NamePath = ["name"], ArgumentsPath = ["arguments"] },
    }) with { Reasoning = new("<think>", "</think>") };

    public static MessageFormat Llama { get; } = Of(new()
    {
        Call = [new(CallPartKind.Arguments)], Parallel = false,
        Arguments = new(ArgumentKind.JsonObject) { NamePath = ["name"], ArgumentsPath = ["parameters"] },
    });

    public static MessageFormat MistralNemo { get; } = Of(new()
    {
        SectionStart = "[TOOL_CALLS][", SectionEnd = "]", Separator = ",", Call = [new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.JsonObject) { NamePath = ["name"], ArgumentsPath = ["arguments"], IdPath = ["id"] },
    });

    public static MessageFormat MistralSmall { get; } = Of(new()
    {
        Open = "[TOOL_CALLS]", Arguments = new(ArgumentKind.Json),
        Call = [new(CallPartKind.Name), new(CallPartKind.Literal, "[CALL_ID]"), new(CallPartKind.Id), new(CallPartKind.Literal, "[ARGS]"), new(CallPartKind.Arguments)],
    });

    public static MessageFormat Kimi { get; } = Of(new()
    {
        SectionStart = "<|section_begin|>", SectionEnd = "<|section_end|>", Open = "<|call_begin|>functions.", Close = "<|call_end|>",
        Call = [new(CallPartKind.Name), new(CallPartKind.Literal, ":"), new(CallPartKind.Index), new(CallPartKind.Literal, "<|argument|>"), new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.Json),
    });

    public static MessageFormat Qwen3Coder { get; } = Of(new()
    {
        Open = "<tool_call>\n<function=", Close = "</function>\n</tool_call>",
        Call = [new(CallPartKind.Name), new(CallPartKind.Literal, ">"), new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.Tagged)
        {
            KeyOpen = "<parameter=", KeyClose = ">\n", KeyCloseOther = ">\n", ValueClose = "\n</parameter>",
        },
    });

    public static MessageFormat Apertus { get; } = Of(new()
    {
        SectionStart = "<|tools_prefix|>[", SectionEnd = "]<|tools_suffix|>", Separator = ", ", Call = [new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.NameIsKey),
    });

    public static MessageFormat Text { get; } = Of(new()
    {
        Open = "<call>", Close = "</call>", Call = [new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.JsonObject) { NamePath = ["function", "name"], ArgumentsPath = ["function", "arguments"], ArgumentsAreText = true },
    });

    public static MessageFormat Gemma { get; } = Of(new()
    {
        Open = "<|tool_call|>call:", Close = "<|tool_call_end|>", Call = [new(CallPartKind.Name), new(CallPartKind.Arguments)],
        Arguments = new(ArgumentKind.Lax) { KeyClose = ":", StringDelimiter = "<|\"|>" },
    });

    private static MessageFormat Of(ToolFormat tools) => new() { Source = "test", Tools = tools };
}
