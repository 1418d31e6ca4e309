using System.Text.Json;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance.Cases;

/// <summary>What usage must hold.</summary>
internal static class UsageRules
{
    /// <summary>Whole numbers above 0, whose total is their sum.</summary>
    /// <exception cref="UnmetException">They are not.</exception>
    public static void Check(JsonElement usage)
    {
        var (prompt, completion, total) = (usage.Int("prompt_tokens"), usage.Int("completion_tokens"), usage.Int("total_tokens"));
        Expect.That(prompt > 0 && completion > 0, "prompt_tokens and completion_tokens above 0", usage);
        Expect.That(total == prompt + completion, "total_tokens, the sum of both", usage);
    }
}
