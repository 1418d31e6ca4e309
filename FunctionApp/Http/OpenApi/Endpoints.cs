using System.Text.Json.Nodes;
using static Rill.FunctionApp.Http.OpenApi.Operation;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>Every path with its operations (contract A).</summary>
internal static class Endpoints
{
    private const string Generate = "Generate", OpenAIs = "Responses", Anthropics = "Messages", Tokens = "Tokens", Models = "Models", Operate = "Operate";

    /// <summary>The statuses with which a request with a body can fail.</summary>
    private static readonly int[] s_work = [400, 404, 408, 413, 415, 503, 504];

    private static JsonObject ModelId => InPath("id", "Its id; slashes plain or as %2F.");

    private static JsonObject ResponseId => InPath("response_id", "As its answer told it.");

    private static Operation Chat => new Operation("createChatCompletion", Generate, "A chat completion, whole or as it is made")
    {
        Body = "ChatCompletionRequest",
        Statuses = s_work,
        Example = Parse("""{"messages":[{"role":"user","content":"Tell me a story about a river."}],"max_tokens":64}"""),
    }.Answering("ChatCompletion", "ChatCompletionChunk");

    private static Operation Text => new Operation("createCompletion", Generate, "Texts that go on with a prompt, whole or as they are made")
    {
        Body = "CompletionRequest",
        Statuses = s_work,
        Example = Parse("""{"prompt":"Once upon a time","max_tokens":16}"""),
    }.Answering("Completion", "Completion");

    private static Operation Embed => new Operation("createEmbedding", Generate, "A vector for each text")
    {
        Body = "EmbeddingRequest",
        Statuses = s_work,
        Example = Parse("""{"input":["A river.","A fox."]}"""),
    }.Answering("EmbeddingList");

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IEnumerable<(string Path, string Method, Operation Operation)> All() =>
    [
        ("/v1/chat/completions", "post", Chat),
        ("/v1/completions", "post", Text),
        ("/v1/embeddings", "post", Embed),
        .. ResponsesAt("/v1/responses"),
        .. Messages,
        .. ModelsAt("/v1/models"),
        .. TokenCounts,
        .. Adapters,
        .. Operations,
        .. Azure,
    ];

    private static IEnumerable<(string, string, Operation)> Messages =>
    [
        ("/v1/messages", "post", new Operation("createMessage", Anthropics, "An answer, whole or as it is made")
        {
            Body = "AnthropicMessageRequest",
            Errors = "AnthropicMessageErrorBody",
            Statuses = s_work,
            Example = Parse("""{"model":"rill-mini","max_tokens":64,"messages":[{"role":"user","content":"Tell me a story about a fox."}]}"""),
        }.Answering("AnthropicMessage", "AnthropicMessageEvent")),
        ("/v1/messages/count_tokens", "post", new Operation("countMessageTokens", Anthropics, "The number of a prompt's tokens")
        {
            Body = "AnthropicCountRequest",
            Errors = "AnthropicMessageErrorBody",
            Statuses = s_work,
        }.Answering("AnthropicTokenCount")),
    ];

    private static IEnumerable<(string, string, Operation)> TokenCounts =>
    [
        ("/tokenize", "post", new Operation("tokenize", Tokens, "The token ids of a text or a conversation")
        {
            Body = "TokenizeRequest",
            Statuses = s_work,
            Example = Parse("""{"prompt":"Once upon a time"}"""),
        }.Answering("TokenizeAnswer")),
        ("/detokenize", "post", new Operation("detokenize", Tokens, "The text of token ids")
        {
            Body = "DetokenizeRequest",
            Statuses = s_work,
            Example = Parse("""{"tokens":[72,105]}"""),
        }.Answering("DetokenizeAnswer")),
    ];

    private static IEnumerable<(string, string, Operation)> Adapters =>
    [
        ("/v1/load_lora_adapter", "post", new Operation("loadAdapter", Models, "Loads an adapter, where Rill__Adapters__AllowLoading is set")
        {
            Body = "LoadAdapterRequest",
            Statuses = [.. s_work, 403],
            Answers = [("text/plain", null)],
        }),
        ("/v1/unload_lora_adapter", "post", new Operation("unloadAdapter", Models, "Unloads an adapter, where Rill__Adapters__AllowLoading is set")
        {
            Body = "UnloadAdapterRequest",
            Statuses = [.. s_work, 403],
            Answers = [("text/plain", null)],
        }),
    ];

    private static IEnumerable<(string, string, Operation)> Operations =>
    [
        ("/health", "get", Probe("health", "Liveness")),
        ("/health/live", "get", Probe("healthLive", "Liveness, under the name that probes use")),
        ("/health/ready", "get", Probe("healthReady", "Readiness: requests are served")),
        ("/health/stream", "get", new Operation("healthStream", Operate, "Timed events, by which a proxy that buffers is found")
        {
            Statuses = [400],
            Parameters = [InQuery("count", Schema.Whole(1, 1_000), "Number of events; 20."), InQuery("interval_ms", Schema.Whole(1, 60_000), "Time between two; 50.")],
            Answers = [("text/event-stream", "ProbeEvent")],
        }),
        ("/metrics", "get", new Operation("metrics", Operate, "Metrics for Prometheus; Rill__MetricsNeedKey may open them") { Answers = [("text/plain", null)] }),
        ("/openapi.json", "get", new Operation("openapi", Operate, "This document") { NeedsKey = false }.Answering("OpenApiDocument")),
    ];

    /// <summary>The same under Azure's addresses.</summary>
    private static IEnumerable<(string Path, string Method, Operation Operation)> Azure
    {
        get
        {
            JsonObject deployment = InPath("deployment", "The id of a served model or adapter; slashes plain or as %2F.");
            (string Path, string Method, Operation Operation)[] endpoints =
            [
                .. new[] { ("chat/completions", Chat), ("completions", Text), ("embeddings", Embed) }.SelectMany(served =>
                    new (string, string, Operation)[]
                    {
                        ("/openai/v1/" + served.Item1, "post", served.Item2),
                        ("/openai/deployments/{deployment}/" + served.Item1, "post",
                            served.Item2 with { Id = served.Item2.Id + "OfDeployment", Parameters = [deployment] }),
                    }),
                .. ModelsAt("/openai/v1/models"),
                .. ResponsesAt("/openai/v1/responses"),
                .. ModelsAt("/openai/models").Concat(ResponsesAt("/openai/responses")).Select(entry => (entry.Path, entry.Method, entry.Operation with { Id = entry.Operation.Id + "Unversioned" })),
            ];
            return endpoints.Select(entry => (entry.Path, entry.Method, entry.Operation with { Id = entry.Operation.Id + "AtAzure", Tag = "Azure's addresses" }));
        }
    }

    private static IEnumerable<(string Path, string Method, Operation Operation)> ModelsAt(string root) =>
    [
        (root, "get", new Operation("listModels", Models, "The served model and its adapters").Answering("ModelList")),
        (root + "/{id}", "get", new Operation("getModel", Models, "One of them") { Parameters = [ModelId], Statuses = [404] }.Answering("ModelCard")),
    ];

    private static IEnumerable<(string Path, string Method, Operation Operation)> ResponsesAt(string root) =>
    [
        (root, "post", new Operation("createResponse", OpenAIs, "A response, whole or as it is made")
        {
            Body = "ResponseRequest",
            FailedEvent = "ResponseErrorEvent",
            Statuses = s_work,
            Example = Parse("""{"input":"Tell me a story about a fox.","max_output_tokens":64}"""),
        }.Answering("Response", "ResponseEvent")),
        (root + "/input_tokens", "post", new Operation("countResponseTokens", OpenAIs, "The number of a prompt's tokens")
        {
            Body = "ResponseRequest",
            Statuses = s_work,
        }.Answering("ResponseInputTokens")),
        (root + "/{response_id}", "get", new Operation("getResponse", OpenAIs, "A response that is kept")
        {
            Parameters = [ResponseId],
            Statuses = [400, 404],
        }.Answering("Response")),
        (root + "/{response_id}", "delete", new Operation("deleteResponse", OpenAIs, "Ends it")
        {
            Parameters = [ResponseId],
            Statuses = [404],
        }.Answering("DeletedResponse")),
        (root + "/{response_id}/input_items", "get", new Operation("listInputItems", OpenAIs, "The items of its request")
        {
            Parameters =
            [
                ResponseId, InQuery("limit", Schema.Whole(1, 100), "Most items; 20."), InQuery("order", Schema.Words("asc", "desc"), "desc where absent."),
                InQuery("after", Schema.AnyText(), "The id of the item before the first."),
            ],
            Statuses = [400, 404],
        }.Answering("ResponseItemList")),
        (root + "/{response_id}/cancel", "post", new Operation("cancelResponse", OpenAIs, "Always 400: only background responses can be cancelled")
        {
            Parameters = [ResponseId],
            Statuses = [400, 404],
        }),
    ];

    private static Operation Probe(string id, string summary) =>
        new Operation(id, Operate, summary) { NeedsKey = false, Statuses = [503] }.Answering("Health");

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
