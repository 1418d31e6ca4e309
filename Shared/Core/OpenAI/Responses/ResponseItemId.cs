using System.Globalization;

namespace Rill.OpenAI.Responses;

/// <summary>
/// Ids of items: a prefix, the digits of their response's id, and a number, so that the response can be found by them.
/// </summary>
public static class ResponseItemId
{
    /// <summary>How a response's id begins.</summary>
    public const string ResponsePrefix = "resp_";

    private const int Digits = 32;

    /// <summary>The id of an item of a response's output.</summary>
    public static string Of(string prefix, string responseId, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}_{responseId.AsSpan(ResponsePrefix.Length)}{number:x4}");

    /// <summary>The response that an item belongs to; null where the id is not one of these.</summary>
    public static string? ResponseOf(string itemId)
    {
        ArgumentNullException.ThrowIfNull(itemId);
        var start = itemId.IndexOf('_', StringComparison.Ordinal) + 1;
        return start > 0 && itemId.Length > start + Digits ? string.Concat(ResponsePrefix, itemId.AsSpan(start, Digits)) : null;
    }
}
