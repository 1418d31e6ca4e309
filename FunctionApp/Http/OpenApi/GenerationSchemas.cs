using System.Text.Json.Nodes;
using Rill.OpenAI;
using static Rill.FunctionApp.Http.OpenApi.Schema;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The fields that requests of several endpoints have in common (contract A.1).</summary>
internal static class GenerationSchemas
{
    /// <summary>How much a model may be asked to think.</summary>
    public static readonly string[] Efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

    /// <summary>What the names of functions match.</summary>
    public const string FunctionName = "^[A-Za-z0-9_-]{1,64}$";

    private const string VariableName = "^[A-Za-z_][A-Za-z0-9_]{0,63}$";
    private const int MaxChoiceTexts = 1_000;

    /// <summary>The model that is asked.</summary>
    public static Fields Model(Fields fields) =>
        fields.May("model", AnyText(), "The id of a served model or adapter; the base's where absent. Another one is 404.");

    /// <summary>Whether and how an answer streams.</summary>
    public static Fields Stream(Fields fields) => fields
        .May("stream", Flag(), "True for server-sent events.")
        .May("stream_options", new Fields()
            .May("include_usage", Flag(), "True for a last chunk with the usage.")
            .May("continuous_usage_stats", Flag(), "True for running counts in every chunk.")
            .ToSchema(), "Only with stream: true.");

    /// <summary>How long an answer may be.</summary>
    /// <param name="fields">The fields so far.</param>
    /// <param name="least">The least limit.</param>
    public static Fields Lengths(Fields fields, int least) => fields
        .May("max_completion_tokens", Whole(least), "Most tokens of the answer; what exceeds the context is cut off.")
        .May("max_tokens", Whole(least), "The older name of max_completion_tokens, which wins.");

    /// <summary>How tokens are drawn, and what ends an answer.</summary>
    public static Fields Sampling(Fields fields) => fields
        .May("min_tokens", Whole(0), "The answer does not end before so many tokens.")
        .May("temperature", Number(0, 2), "Below 1e-5 the most probable token is taken.")
        .May("top_p", Number(0, 1), "0 keeps the top token alone.")
        .May("top_k", Whole(-1), "0 and -1 are off.")
        .May("min_p", Number(0, 1))
        .May("frequency_penalty", Number(-2, 2))
        .May("presence_penalty", Number(-2, 2))
        .May("repetition_penalty", AboveZero(10))
        .May("logit_bias", Map(Number(), GenerationRules.MaxBiases, "^[0-9]+$"), "From token ids to biases, which are clamped to -100 to 100.")
        .May("bad_words", List(AnyText(1, GenerationRules.MaxStopLength), most: GenerationRules.MaxListed), "Texts that are never produced.")
        .May("seed", new JsonObject { ["type"] = "integer", ["format"] = "int64" }, "-1 is none.")
        .May("stop", Stops(), "Texts that end the answer.")
        .May("stop_token_ids", List(Whole(0), most: GenerationRules.MaxListed), "Tokens that end the answer.")
        .May("ignore_eos", Flag(), "True to go on after the model's end token.");

    /// <summary>The number of answers.</summary>
    /// <param name="fields">The fields so far.</param>
    /// <param name="most">As the settings have it.</param>
    public static Fields Choices(Fields fields, int most) => fields.May("n", Whole(1, most), "Number of choices (setting Rill__MaxChoices).");

    /// <summary>What form an answer must have (contract B.17).</summary>
    public static Fields Forms(Fields fields) => fields
        .May("response_format", Named("ResponseFormat"))
        .May("structured_outputs", new Fields()
            .May("json", SchemaOrText()).May("regex", AnyText()).May("choice", ChoiceTexts()).May("grammar", AnyText()).May("json_object", Flag())
            .ToSchema(), "vLLM's name for a form of the answer.")
        .May("guided_json", SchemaOrText(), "vLLM's older name for a JSON Schema.")
        .May("guided_regex", AnyText(), "vLLM's older name for a regular expression.")
        .May("guided_choice", ChoiceTexts(), "vLLM's older name for the texts of which the answer is one.")
        .May("guided_grammar", AnyText(), "vLLM's older name for a grammar, in GBNF.")
        .May("json_schema", SchemaOrText(), "llama.cpp's and SGLang's name for a JSON Schema.")
        .May("regex", AnyText(), "SGLang's name for a regular expression.")
        .May("grammar", AnyText(), "llama.cpp's name for a grammar, in GBNF.")
        .May("ebnf", AnyText(), "SGLang's name for a grammar, in GBNF.");

    /// <summary>How much the model thinks, under the names that peers have for it (contract B.16).</summary>
    /// <param name="fields">The fields so far.</param>
    /// <param name="reasoning">The schema of the object reasoning.</param>
    public static Fields Thinking(Fields fields, Fields reasoning) => fields
        .May("reasoning_effort", Words(Efforts))
        .With(more => ThinkingNames(more, reasoning));

    /// <summary>The same without OpenAI's own name.</summary>
    public static Fields ThinkingNames(Fields fields, Fields reasoning) => fields
        .May("reasoning", reasoning.ToSchema())
        .May("enable_thinking", Flag(), "Qwen's servers' name for whether the model thinks.")
        .May("think", Either(Flag(), Words(Efforts)), "Ollama's name for the same.")
        .May("thinking", Either(Flag(), new Fields()
            .May("type", Words("enabled", "adaptive", "auto", "disabled"))
            .May("budget_tokens", Whole(-1))
            .ToSchema()), "Others' name for the same.")
        .May("thinking_token_budget", Whole(-1), "Most tokens of reasoning; -1 for no limit.")
        .May("thinking_budget", Whole(-1), "Another name of thinking_token_budget.")
        .May("reasoning_budget_tokens", Whole(-1), "Another name of thinking_token_budget.")
        .May("include_reasoning", Flag(), "False leaves reasoning out of the answer.");

    /// <summary>Further variables for the chat template.</summary>
    public static Fields TemplateArguments(Fields fields) => fields.May(
        "chat_template_kwargs", Map(new JsonObject { ["type"] = Array("string", "number", "boolean", "null") }, ChatRequestRules.MaxTemplateArguments, VariableName),
        "Further variables for the chat template.");

    /// <summary>A text, texts, token ids, or lists of them.</summary>
    public static JsonObject Prompts(int most) => Either(
        AnyText(), List(AnyText(), 1, most), List(Whole(0), 1), List(List(Whole(0), 1), 1, most));

    /// <summary>The form of an answer, as OpenAI's requests name it.</summary>
    public static JsonObject ResponseFormat() => new Fields()
        .Must("type", Words("text", "json_object", "json_schema"))
        .May("json_schema", new Fields()
            .Must("name", AnyText(pattern: FunctionName))
            .Must("schema", AnyObject(), "A JSON Schema.")
            .May("strict", Flag(), "True: a keyword that cannot be enforced is an error.")
            .May("description", AnyText())
            .ToSchema())
        .May("schema", AnyObject(), "llama.cpp's form: a JSON Schema beside json_object.")
        .ToSchema("What form the answer must have; no other token can be chosen.");

    private static JsonObject Stops() => Either(
        AnyText(1, GenerationRules.MaxStopLength), List(AnyText(1, GenerationRules.MaxStopLength), most: GenerationRules.MaxStops));

    private static JsonObject SchemaOrText() => Either(AnyObject(), AnyText());

    private static JsonObject ChoiceTexts() => List(AnyText(1), most: MaxChoiceTexts);

    private static JsonObject AboveZero(double most)
    {
        var schema = Number(most: most);
        schema["exclusiveMinimum"] = 0;
        return schema;
    }
}
