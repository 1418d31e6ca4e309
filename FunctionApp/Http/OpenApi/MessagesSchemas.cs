using System.Text.Json.Nodes;
using Rill.OpenAI;
using static Rill.FunctionApp.Http.OpenApi.Schema;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The requests of Anthropic's Messages API (contract A.8).</summary>
internal static class MessagesSchemas
{
    private const string ToolName = "^[A-Za-z0-9_-]{1,128}$";

    /// <summary>A request for an answer.</summary>
    public static JsonObject Request() => new Fields()
        .With(Prompt)
        .Must("max_tokens", Whole(0), "Most tokens of the answer; 0 computes the prompt alone.")
        .May("stream", Flag(), "True for server-sent events.")
        .ToSchema();

    /// <summary>A request for the number of a prompt's tokens.</summary>
    public static JsonObject Count() => new Fields().With(Prompt).ToSchema();

    /// <summary>A turn of a conversation.</summary>
    public static JsonObject Turn() => new Fields()
        .Must("role", Words("user", "assistant", "system"))
        .Must("content", Either(AnyText(), List(Named("AnthropicInputBlock"), most: ChatRequestRules.MaxParts)))
        .ToSchema();

    /// <summary>A block of a turn. Which of the members a block has depends on its type.</summary>
    public static JsonObject Block() => new Fields()
        .Must("type", Words("text", "thinking", "redacted_thinking", "tool_use", "tool_result"))
        .May("text", AnyText())
        .May("thinking", AnyText(), "Of an assistant.")
        .May("signature", AnyText(), "Of thinking: as it was answered.")
        .May("id", AnyText(), "Of tool_use.")
        .May("name", AnyText(), "Of tool_use.")
        .May("input", AnyObject(), "Of tool_use.")
        .May("tool_use_id", AnyText(), "Of tool_result: an earlier tool_use.")
        .May("content", Texts(), "Of tool_result.")
        .May("is_error", Flag(), "Of tool_result.")
        .ToSchema();

    private static Fields Prompt(Fields fields) => fields
        .Must("model", AnyText(), "The id of a served model or adapter. Another one is 404.")
        .Must("messages", List(Named("AnthropicTurn"), 1, ChatRequestRules.MaxMessages))
        .May("system", Texts())
        .May("tools", List(new Fields()
            .May("type", Words("custom"))
            .Must("name", AnyText(pattern: ToolName))
            .May("description", AnyText())
            .Must("input_schema", AnyObject(), "A JSON Schema.")
            .May("strict", Flag())
            .May("defer_loading", Flag(), "True: the model is not told of it.")
            .ToSchema(), most: ChatRequestRules.MaxTools))
        .May("tool_choice", new Fields()
            .Must("type", Words("auto", "any", "tool", "none"))
            .May("name", AnyText(), "Of tool.")
            .May("disable_parallel_tool_use", Flag())
            .ToSchema())
        .May("thinking", new Fields()
            .Must("type", Words("enabled", "adaptive", "between_tools", "disabled"))
            .May("budget_tokens", Whole(1))
            .May("display", Words("summarized", "omitted"))
            .ToSchema())
        .May("output_config", new Fields().May("effort", Words("low", "medium", "high", "xhigh", "max")).May("format", Format()).ToSchema())
        .May("output_format", Format(), "Another name of output_config.format.")
        .May("stop_sequences", List(AnyText(1, GenerationRules.MaxStopLength), most: GenerationRules.MaxStops))
        .May("temperature", Number(0, 2))
        .May("top_p", Number(0, 1))
        .May("top_k", Whole(-1));

    private static JsonObject Format() => new Fields().Must("type", Words("json_schema")).Must("schema", AnyObject(), "A JSON Schema.").ToSchema();

    private static JsonObject Texts() => Either(
        AnyText(), List(new Fields().Must("type", Words("text")).Must("text", AnyText()).ToSchema(), most: ChatRequestRules.MaxParts));
}
