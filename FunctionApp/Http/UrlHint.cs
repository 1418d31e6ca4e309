namespace Rill.FunctionApp.Http;

/// <summary>What is probably meant by a path that is not served: mostly a client's base URL lacks its /v1, or has it twice.</summary>
internal static class UrlHint
{
    /// <summary>Below /v1; the longer one first, since it ends like another.</summary>
    private static readonly string[] s_api =
        ["chat/completions", "completions", "embeddings", "models", "responses", "unload_lora_adapter", "load_lora_adapter"];

    /// <summary>Below /v1 as well, which Anthropic's clients add themselves.</summary>
    private static readonly string[] s_ofAnthropic = ["messages/count_tokens", "messages"];

    private static readonly string[] s_ofTheRoot = ["detokenize", "tokenize"];

    /// <summary>A sentence, or null where the path resembles none that is served.</summary>
    public static string? For(string path)
    {
        path = path.Trim('/');
        if (path is "" or "v1" or "openai" or "openai/v1")
        {
            return path.EndsWith("v1", StringComparison.Ordinal)
                ? $"/{path} is right as a client's base URL; requests go to paths below it, such as /{path}/chat/completions."
                : "A client's base URL is the address of this server with /v1 at its end.";
        }

        return s_api.FirstOrDefault(end => IsOrEndsWith(path, end)) is { } endpoint
                ? $"Did you mean /v1/{endpoint}? A client's base URL is the address of this server with /v1 at its end."
            : s_ofAnthropic.FirstOrDefault(end => IsOrEndsWith(path, end)) is { } messages
                ? $"Did you mean /v1/{messages}? The base URL of an Anthropic client is the address of this server without /v1."
            : path.StartsWith("models/", StringComparison.Ordinal) ? $"Did you mean /v1/{path}?"
            : s_ofTheRoot.FirstOrDefault(end => IsOrEndsWith(path, end)) is { } root ? $"Did you mean /{root}? It stands beside /v1."
            : null;
    }

    private static bool IsOrEndsWith(string path, string end) => path == end || path.EndsWith("/" + end, StringComparison.Ordinal);
}
