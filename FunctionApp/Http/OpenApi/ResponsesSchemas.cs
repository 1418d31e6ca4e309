using System.Text.Json.Nodes;
using Rill.OpenAI;
using static Rill.FunctionApp.Http.OpenApi.Schema;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The requests of the Responses API (contract A.5).</summary>
internal static class ResponsesSchemas
{
    private const int MaxMetadata = 16, MaxMetadataText = 512;

    private static readonly string[] s_includes =
    [
        "message.output_text.logprobs", "reasoning.encrypted_content", "file_search_call.results", "web_search_call.results",
        "web_search_call.action.sources", "message.input_image.image_url", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    /// <summary>A request for a response.</summary>
    public static JsonObject Request() => new Fields()
        .Must("input", Either(AnyText(), List(Named("ResponseInputItem"), most: ChatRequestRules.MaxMessages)))
        .With(GenerationSchemas.Model)
        .May("instructions", AnyText(), "Comes first, as the system's words; not kept for later responses.")
        .May("previous_response_id", AnyText(), "The conversation so far comes before input.")
        .May("store", Flag(), "False: the response is not kept.")
        .May("stream", Flag(), "True for server-sent events.")
        .May("max_output_tokens", Whole(1))
        .May("max_tool_calls", Whole(), "Echoed; it counts hosted tools, of which there are none.")
        .With(GenerationSchemas.Sampling)
        .May("top_logprobs", Whole(0, GenerationRules.MaxAlternatives))
        .May("include", List(Words(s_includes), most: GenerationRules.MaxListed), "The first asks for logprobs; the others change nothing.")
        .May("text", new Fields().May("format", TextFormat()).ToSchema())
        .With(Tools)
        .With(fields => GenerationSchemas.ThinkingNames(fields, new Fields()
            .May("effort", Words(GenerationSchemas.Efforts))
            .May("summary", Words("auto", "concise", "detailed"), "Changes nothing: reasoning is always told.")
            .May("generate_summary", Words("auto", "concise", "detailed"), "The older name of summary.")))
        .With(GenerationSchemas.TemplateArguments)
        .May("truncation", Words("auto", "disabled"), "Either way a prompt that does not fit is 400.")
        .May("metadata", Map(AnyText(most: MaxMetadataText), MaxMetadata), "Echoed.")
        .ToSchema();

    /// <summary>An item of a request's input. Which of the members an item has depends on its type.</summary>
    public static JsonObject InputItem() => new Fields()
        .May("type", Words("message", "reasoning", "function_call", "function_call_output", "item_reference"), "message where absent and there is a role.")
        .May("id", AnyText())
        .May("role", Words("user", "assistant", "system", "developer"), "Of a message.")
        .May("content", Either(AnyText(), List(new Fields()
            .Must("type", Words("input_text", "text", "output_text", "refusal", "reasoning_text")).May("text", AnyText()).May("refusal", AnyText())
            .ToSchema(), most: ChatRequestRules.MaxParts)), "Of a message: a text or parts; of reasoning: parts.")
        .May("summary", List(new Fields().Must("type", Words("summary_text")).Must("text", AnyText()).ToSchema(), most: ChatRequestRules.MaxParts), "Of reasoning.")
        .May("call_id", AnyText(), "Of a call and its output.")
        .May("name", AnyText(), "Of a call: the function.")
        .May("arguments", AnyText(), "Of a call: JSON text.")
        .May("output", Either(AnyText(), List(AnyObject(), most: ChatRequestRules.MaxParts)), "Of an output: a text or text parts.")
        .ToSchema();

    private static JsonObject TextFormat() => new Fields()
        .Must("type", Words("text", "json_object", "json_schema"))
        .May("name", AnyText(pattern: GenerationSchemas.FunctionName), "Required with json_schema.")
        .May("schema", AnyObject(), "Required with json_schema.")
        .May("strict", Flag())
        .May("description", AnyText())
        .ToSchema();

    private static Fields Tools(Fields fields) => fields
        .May("tools", List(new Fields()
            .Must("type", Words("function"))
            .Must("name", AnyText(pattern: GenerationSchemas.FunctionName))
            .May("description", AnyText())
            .May("parameters", AnyObject(), "A JSON Schema.")
            .May("strict", Flag())
            .ToSchema(), most: ChatRequestRules.MaxTools), "Tools of other types are left out where functions stand beside them.")
        .May("tool_choice", Either(
            Words("none", "auto", "required"),
            new Fields().Must("type", Words("function")).Must("name", AnyText()).ToSchema(),
            new Fields().Must("type", Words("allowed_tools")).May("mode", Words("auto", "required")).May("tools", List(AnyObject(), most: ChatRequestRules.MaxTools)).ToSchema()))
        .May("parallel_tool_calls", Flag());
}
