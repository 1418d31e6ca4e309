using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>Why a choice ended. The .NET client throws on any other value, so nothing is ever added here (contract M11).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FinishReason>))]
public enum FinishReason
{
    /// <summary>An end token, a stop token or a stop string.</summary>
    [JsonStringEnumMemberName("stop")] Stop,

    /// <summary>The token limit or the context's end.</summary>
    [JsonStringEnumMemberName("length")] Length,

    /// <summary>The model called tools.</summary>
    [JsonStringEnumMemberName("tool_calls")] ToolCalls,

    /// <summary>The model called a function, which the request named in the older way.</summary>
    [JsonStringEnumMemberName("function_call")] FunctionCall,

    /// <summary>A content filter cut the answer.</summary>
    [JsonStringEnumMemberName("content_filter")] ContentFilter,
}
