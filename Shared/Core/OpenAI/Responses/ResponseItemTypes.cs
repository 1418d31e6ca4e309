namespace Rill.OpenAI.Responses;

/// <summary>The names of the items that are known here.</summary>
internal static class ResponseItemTypes
{
    public const string Message = "message";
    public const string Reasoning = "reasoning";
    public const string Call = "function_call";
    public const string CallOutput = "function_call_output";

    /// <summary>Stands in a request for an item that is stored here.</summary>
    public const string Reference = "item_reference";
}
