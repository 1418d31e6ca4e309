using Rill.Chat.Format;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Output;

/// <summary>A short way of writing with everything in it: <c>[reasoning]</c>, <c>(function:arguments)</c>, and content around them.</summary>
internal static class BracketFormat
{
    public static MessageFormat Value { get; } = new()
    {
        Source = "test",
        Reasoning = new("[", "]"),
        Tools = new()
        {
            Open = "(",
            Close = ")",
            Call = [new(CallPartKind.Name), new(CallPartKind.Literal, ":"), new(CallPartKind.Arguments)],
            Arguments = new(ArgumentKind.Json),
            CallId = "call_{index}",
        },
    };

    /// <summary>The functions of a request: without any, a call is text.</summary>
    public static IReadOnlyList<ToolDefinition> Functions { get; } = [.. "f g get put".Split(' ').Select(name => new ToolDefinition(name, null, IsStrict: false))];

    /// <summary>A request that the scripted model answers with a text.</summary>
    public static ChatCompletionRequest Ask(string text) => ChatWorld.Ask("!text " + text) with { Functions = Functions };
}
