using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>
/// Fields whose meaning would be lost if they were ignored, since what they name is kept or run elsewhere. Everything else that is not
/// read here (cache_control, metadata, betas and their fields) changes no answer, and is passed over (contract A.8).
/// </summary>
internal static class RefusedFields
{
    private static readonly string[] s_names = ["container", "mcp_servers", "fallbacks", "compaction"];

    /// <summary>The names, with thread.</summary>
    public static IEnumerable<string> Names => s_names.Append("thread");

    /// <summary>Reports the first that asks for something.</summary>
    public static void Check(JsonField fields)
    {
        if (fields["thread"] is { IsPresent: true } thread)
        {
            thread.RefuseAs("thread_unsupported_request", "is not supported: send all messages and tools with each request.");
        }

        foreach (var name in s_names)
        {
            if (fields[name] is { IsPresent: true } field && !UnsupportedFields.IsEmpty(field.Value))
            {
                field.RefuseUnsupported($"{name} is not supported by this server: leave it out.");
            }
        }
    }
}
