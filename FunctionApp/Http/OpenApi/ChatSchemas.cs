using System.Text.Json.Nodes;
using Rill.OpenAI;
using static Rill.FunctionApp.Http.OpenApi.Schema;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The requests of chat, completions, embeddings and tokens (contract A.1, A.2, A.4, A.6).</summary>
internal static class ChatSchemas
{
    /// <summary>A request for a chat completion.</summary>
    /// <param name="maxChoices">As the settings have it.</param>
    public static JsonObject Chat(int maxChoices) => new Fields()
        .Must("messages", Messages(), "The conversation, oldest first.")
        .With(GenerationSchemas.Model)
        .With(fields => Conversation(fields, maxChoices))
        .ToSchema("Fields that nobody knows are ignored; those that a peer has and Rill has not are refused by name.");

    /// <summary>A request for a completion of text.</summary>
    /// <param name="maxChoices">As the settings have it.</param>
    public static JsonObject Completion(int maxChoices) => new Fields()
        .Must("prompt", GenerationSchemas.Prompts(CompletionRequestRules.MaxPrompts), "A text, texts, token ids, or lists of them.")
        .With(GenerationSchemas.Model)
        .With(GenerationSchemas.Stream)
        .With(fields => GenerationSchemas.Lengths(fields, 0))
        .With(GenerationSchemas.Sampling)
        .With(fields => GenerationSchemas.Choices(fields, maxChoices))
        .May("echo", Flag(), "True: each text begins with its prompt.")
        .May("logprobs", Whole(0, GenerationRules.MaxAlternatives), "Alternatives to each token.")
        .May("best_of", Whole(1), "The same as n.")
        .May("add_special_tokens", Flag(), "False for no beginning-of-text token.")
        .With(GenerationSchemas.Forms)
        .ToSchema();

    /// <summary>A request for embeddings.</summary>
    public static JsonObject Embedding() => new Fields()
        .Must("input", GenerationSchemas.Prompts(EmbeddingRequestRules.MaxInputs), "A text, texts, token ids, or lists of them.")
        .With(GenerationSchemas.Model)
        .May("encoding_format", Words("float", "base64"), "base64 is of little-endian 32-bit floats.")
        .May("dimensions", Whole(1), "The first so many values, normalised again.")
        .May("add_special_tokens", Flag(), "False for nothing around a text.")
        .ToSchema();

    /// <summary>A request for token ids: of a text, or of a conversation.</summary>
    public static JsonObject Tokenize() => new Fields()
        .May("prompt", AnyText(), "A text; this or messages.")
        .May("messages", Messages(), "A conversation, with what else a chat request has of it.")
        .With(GenerationSchemas.Model)
        .May("add_special_tokens", Flag(), "False for no beginning-of-text token.")
        .May("parse_special", Flag(), "False takes special tokens in a text for plain text.")
        .May("return_token_strs", Flag(), "True for the tokens' texts as well.")
        .ToSchema();

    /// <summary>A request for the text of token ids.</summary>
    public static JsonObject Detokenize() => new Fields()
        .Must("tokens", List(Whole(0)))
        .With(GenerationSchemas.Model)
        .ToSchema();

    /// <summary>A request to load an adapter.</summary>
    public static JsonObject LoadAdapter() => new Fields()
        .Must("lora_name", AnyText(1, AdapterRequestReader.LongestName), "The name under which requests ask for it.")
        .Must("lora_path", AnyText(1), "Where it lies.")
        .May("load_inplace", Flag(), "True is refused.")
        .ToSchema();

    /// <summary>A request to unload an adapter.</summary>
    public static JsonObject UnloadAdapter() => new Fields()
        .Must("lora_name", AnyText(1, AdapterRequestReader.LongestName))
        .ToSchema();

    /// <summary>A message of a conversation.</summary>
    public static JsonObject Message() => new Fields()
        .Must("role", Words("developer", "system", "user", "assistant", "tool", "function"))
        .May("content", Either(AnyText(), List(new Fields().Must("type", Words("text")).Must("text", AnyText()).ToSchema(), 1, ChatRequestRules.MaxParts)),
            "May be absent of an assistant, and of nobody else.")
        .May("name", AnyText())
        .May("tool_call_id", AnyText(), "Of a tool: the call that it answers.")
        .May("tool_calls", List(AnyObject(), most: ChatRequestRules.MaxParts), "Of an assistant: its calls, as an answer tells them.")
        .May("function_call", AnyObject(), "The older form of tool_calls.")
        .May("reasoning_content", AnyText(), "Of an assistant: what it thought.")
        .May("reasoning", AnyText(), "Another name of reasoning_content.")
        .ToSchema();

    /// <summary>A function that the model may call.</summary>
    public static JsonObject Function() => new Fields()
        .Must("name", AnyText(pattern: GenerationSchemas.FunctionName))
        .May("description", AnyText())
        .May("parameters", AnyObject(), "A JSON Schema.")
        .May("strict", Flag(), "True: the arguments obey the schema.")
        .ToSchema();

    private static JsonObject Messages() => List(Named("ChatMessage"), 1, ChatRequestRules.MaxMessages);

    private static Fields Conversation(Fields fields, int maxChoices) => fields
        .With(GenerationSchemas.Stream)
        .With(more => GenerationSchemas.Lengths(more, 1))
        .With(GenerationSchemas.Sampling)
        .With(more => GenerationSchemas.Choices(more, maxChoices))
        .May("logprobs", Flag())
        .May("top_logprobs", Whole(0, GenerationRules.MaxAlternatives), "Alternatives to each token, above 0 only with logprobs.")
        .With(GenerationSchemas.Forms)
        .With(Tools)
        .With(more => GenerationSchemas.Thinking(more, new Fields()
            .May("effort", Words(GenerationSchemas.Efforts)).May("enabled", Flag()).May("exclude", Flag()).May("max_tokens", Whole(-1))))
        .May("documents", List(AnyObject(), most: ChatRequestRules.MaxDocuments), "For the chat template.")
        .With(GenerationSchemas.TemplateArguments)
        .May("add_generation_prompt", Flag(), "Whether the prompt ends with the beginning of an assistant's turn.")
        .May("continue_final_message", Flag(), "True to go on with the last message, an assistant's.");

    private static Fields Tools(Fields fields) => fields
        .May("tools", List(
            new Fields().Must("type", Words("function")).Must("function", Named("Function")).ToSchema(), most: ChatRequestRules.MaxTools))
        .May("tool_choice", Either(
            Words("none", "auto", "required"),
            new Fields().May("type", Words("function")).Must("function", new Fields().Must("name", AnyText()).ToSchema()).ToSchema()))
        .May("parallel_tool_calls", Flag(), "False: the answer ends with its first call.")
        .May("functions", List(Named("Function"), most: ChatRequestRules.MaxTools), "The older name of tools.")
        .May("function_call", Either(Words("none", "auto"), new Fields().Must("name", AnyText()).ToSchema()), "The older name of tool_choice; read only beside functions.");
}
