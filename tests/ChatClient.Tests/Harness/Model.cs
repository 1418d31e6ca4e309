using Microsoft.Extensions.AI;
using Rill.FunctionApp.Tests.Host;

namespace Rill.ChatClient.Tests.Harness;

/// <summary>The committed model, and what it is asked.</summary>
internal static class Model
{
    /// <summary>Its directory.</summary>
    public static string Folder { get; } = Path.Combine(BuiltPrograms.Root, "models", "rill-mini");

    /// <summary>A question that it knows the answer of.</summary>
    public const string Question = "What is Rill?";

    /// <summary>A request whose answer has some hundred tokens.</summary>
    public const string Story = "Tell me a story about a lighthouse.";

    /// <summary>Options that leave nothing to chance.</summary>
    public static ChatOptions Greedy => new() { Temperature = 0, MaxOutputTokens = 40 };
}
