namespace Rill.Chat.Format.Named;

/// <summary>Formats in which a JSON object, or an array of them, is the call.</summary>
internal static class ObjectFormats
{
    private static readonly ReasoningFormat s_think = new("<think>", "</think>");

    /// <summary>All of them.</summary>
    public static IEnumerable<MessageFormat> All =>
    [
        new() { Source = "think", Reasoning = s_think },
        new() { Source = "mistral_think", Reasoning = new("[THINK]", "[/THINK]") },
        new() { Source = "hermes", Tools = Hermes },
        new() { Source = "qwen3", Reasoning = s_think, Tools = Hermes },
        new() { Source = "llama3_json", Tools = Llama },
        new()
        {
            Source = "mistral_v3",
            Reasoning = new("[THINK]", "[/THINK]"),
            Tools = Array("[TOOL_CALLS][", "]", "arguments", id: ["id"]) with { CallId = "{9}" },
        },
        new() { Source = "granite", Reasoning = s_think, Tools = Array("<|tool_call|>[", "]", "arguments") },
        new() { Source = "granite_tool_call", Reasoning = s_think, Tools = Array("<tool_call>[", "]", "arguments") },
        new() { Source = "phi4_mini", Tools = Array("functools[", "]", "arguments") },
        new() { Source = "jamba", Tools = Array("<tool_calls>[", "]</tool_calls>", "arguments") },
        new()
        {
            Source = "cohere",
            Reasoning = new("<|START_THINKING|>", "<|END_THINKING|>"),
            ContentStart = "<|START_RESPONSE|>",
            Tools = Array("<|START_ACTION|>[", "]<|END_ACTION|>", "parameters", name: "tool_name", id: ["tool_call_id"]),
            TurnEnds = ["<|END_OF_TURN_TOKEN|>"],
        },
        new() { Source = "command_r", Tools = Array("Action:\n```json\n[", "]\n```", "parameters", name: "tool_name") },
        new()
        {
            Source = "apertus",
            Tools = new()
            {
                SectionStart = "<|tools_prefix|>[",
                SectionEnd = "]<|tools_suffix|>",
                Separator = ",",
                Call = [new(CallPartKind.Arguments)],
                Arguments = new(ArgumentKind.NameIsKey),
            },
        },
    ];

    private static ToolFormat Hermes => new()
    {
        Open = "<tool_call>",
        Close = "</tool_call>",
        Call = [new(CallPartKind.Arguments)],
        Arguments = Members("name", "arguments"),
    };

    private static ToolFormat Llama => new()
    {
        SectionStart = "<|python_tag|>",
        StartIsOptional = true,
        Separator = ";",
        Call = [new(CallPartKind.Arguments)],
        Arguments = Members("name", "parameters"),
    };

    private static ToolFormat Array(string start, string end, string arguments, string name = "name", IReadOnlyList<string>? id = null) => new()
    {
        SectionStart = start,
        SectionEnd = end,
        Separator = ",",
        Call = [new(CallPartKind.Arguments)],
        Arguments = Members(name, arguments) with { IdPath = id ?? [] },
    };

    private static ArgumentEncoding Members(string name, string arguments) =>
        new(ArgumentKind.JsonObject) { NamePath = [name], ArgumentsPath = [arguments] };
}
