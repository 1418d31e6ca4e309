using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The endpoint's description of itself (OpenAPI 3.1), for programs and for people: each made once, when it is first asked for.</summary>
public sealed class ApiDescription
{
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = WireEncoder.Instance };

    private readonly Lazy<Described> _json, _page;

    internal ApiDescription(RillOptions options)
    {
        _json = new(() => Described.Of(Make(options).ToJsonString(s_writing), JsonResponse.MediaType));
        _page = new(() => Described.Of(new ReferencePage(Make(options)).Write(), "text/html; charset=utf-8"));
    }

    /// <summary>The document.</summary>
    internal Described Json => _json.Value;

    /// <summary>The document as a page.</summary>
    internal Described Page => _page.Value;

    private static JsonObject Make(RillOptions options) => new()
    {
        ["openapi"] = "3.1.1",
        ["info"] = new JsonObject
        {
            ["title"] = "Rill",
            ["version"] = Version,
            ["summary"] = "A language model behind OpenAI's, Azure's and Anthropic's APIs.",
            ["description"] = "Where keys are configured, every operation but those marked open asks for one, under any of the three names. "
                + "A GET may be a HEAD. The contract, docs/contract.md in the repository, says the rest.",
            ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
        ["security"] = new JsonArray(Security("bearer"), Security("apiKey"), Security("xApiKey")),
        ["paths"] = Paths(),
        ["components"] = new JsonObject { ["schemas"] = Schemas(options.MaxChoices), ["responses"] = ErrorResponses.All(), ["securitySchemes"] = Schemes() },
    };

    /// <summary>Without the commit, which changes nothing of what is served.</summary>
    private static string Version =>
        typeof(ApiDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static JsonObject Paths()
    {
        var paths = new JsonObject();
        foreach (var (path, method, operation) in Endpoints.All())
        {
            paths[path] ??= new JsonObject();
            paths[path]![method] = operation.ToNode();
        }

        return paths;
    }

    private static JsonObject Schemas(int maxChoices)
    {
        var schemas = new JsonObject
        {
            ["ChatCompletionRequest"] = ChatSchemas.Chat(maxChoices),
            ["ChatMessage"] = ChatSchemas.Message(),
            ["Function"] = ChatSchemas.Function(),
            ["ResponseFormat"] = GenerationSchemas.ResponseFormat(),
            ["CompletionRequest"] = ChatSchemas.Completion(maxChoices),
            ["EmbeddingRequest"] = ChatSchemas.Embedding(),
            ["ResponseRequest"] = ResponsesSchemas.Request(),
            ["ResponseInputItem"] = ResponsesSchemas.InputItem(),
            ["AnthropicMessageRequest"] = MessagesSchemas.Request(),
            ["AnthropicCountRequest"] = MessagesSchemas.Count(),
            ["AnthropicTurn"] = MessagesSchemas.Turn(),
            ["AnthropicInputBlock"] = MessagesSchemas.Block(),
            ["TokenizeRequest"] = ChatSchemas.Tokenize(),
            ["DetokenizeRequest"] = ChatSchemas.Detokenize(),
            ["LoadAdapterRequest"] = ChatSchemas.LoadAdapter(),
            ["UnloadAdapterRequest"] = ChatSchemas.UnloadAdapter(),
            ["EmbeddingList"] = OtherAnswers.Embeddings(),
            ["Health"] = OtherAnswers.Health(),
            ["OpenApiDocument"] = Schema.AnyObject(),
        };
        AnswerSchemas.AddTo(schemas);
        return schemas;
    }

    private static JsonObject Security(string scheme) => new() { [scheme] = new JsonArray() };

    private static JsonObject Schemes() => new()
    {
        ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "As OpenAI's clients send a key." },
        ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "api-key", ["description"] = "As Azure's clients send it." },
        ["xApiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-api-key", ["description"] = "As Anthropic's clients send it." },
    };
}
