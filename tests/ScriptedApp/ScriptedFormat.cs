using Rill.Chat.Format;

namespace Rill.ScriptedApp;

/// <summary>How the scripted model writes reasoning and tool calls: as most published models do.</summary>
internal static class ScriptedFormat
{
    /// <summary><c>&lt;think&gt;</c> blocks, and calls as JSON objects between <c>&lt;tool_call&gt;</c> marks, all of them plain text.</summary>
    public static MessageFormat Hermes { get; } = new()
    {
        Source = "scripted",
        Reasoning = new ReasoningFormat("<think>", "</think>"),
        Tools = new ToolFormat
        {
            Open = "<tool_call>\n",
            Close = "\n</tool_call>",
            Separator = "\n",
            Call = [new CallPart(CallPartKind.Arguments)],
            Arguments = new ArgumentEncoding(ArgumentKind.JsonObject) { NamePath = ["name"], ArgumentsPath = ["arguments"] },
        },
    };
}
