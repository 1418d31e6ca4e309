using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Rill.ChatClient.Answers;

/// <summary>A function call of what the model wrote.</summary>
internal static class CallArguments
{
    /// <summary>The call; where its arguments are no JSON object, with the exception that says so (<see cref="FunctionCallContent.Exception"/>).</summary>
    public static FunctionCallContent Read(string id, string function, string arguments) =>
        FunctionCallContent.CreateFromParsedArguments(arguments, id, function, Parse);

    private static Dictionary<string, object?>? Parse(string json) => string.IsNullOrWhiteSpace(json)
        ? null
        : JsonSerializer.Deserialize<Dictionary<string, object?>>(json, AIJsonUtilities.DefaultOptions);
}
