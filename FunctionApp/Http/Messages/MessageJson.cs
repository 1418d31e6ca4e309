using Rill.Anthropic;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http.Messages;

/// <summary>How the Messages API's records are written.</summary>
internal static class MessageJson
{
    /// <summary>The one instance that answers are written with.</summary>
    public static AnthropicJson Wire { get; } = AnthropicJson.With(WireEncoder.Instance);
}
