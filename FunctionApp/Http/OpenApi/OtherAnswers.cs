using System.Text.Json.Nodes;
using static Rill.FunctionApp.Http.OpenApi.Schema;

namespace Rill.FunctionApp.Http.OpenApi;

/// <summary>The answers that are no record, since they are written piece by piece.</summary>
internal static class OtherAnswers
{
    /// <summary>Embeddings, written vector by vector.</summary>
    public static JsonObject Embeddings() => new Fields()
        .Must("object", Words("list"))
        .Must("data", List(new Fields()
            .Must("object", Words("embedding"))
            .Must("index", Whole(0))
            .Must("embedding", Either(List(Number()), AnyText()), "Numbers, or base64 where the request asks for it.")
            .ToSchema()))
        .Must("model", AnyText())
        .Must("usage", new Fields().Must("prompt_tokens", Whole(0)).Must("total_tokens", Whole(0)).ToSchema())
        .ToSchema();

    /// <summary>What a probe is told.</summary>
    public static JsonObject Health() => new Fields().Must("status", Words("ok")).ToSchema();
}
