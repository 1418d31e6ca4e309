using System.Text.Json;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Conformance;

/// <summary>Holds what came against what was expected.</summary>
internal static class Expect
{
    private const int Longest = 160;

    /// <summary>Fails the case unless the condition holds.</summary>
    /// <param name="holds">The condition.</param>
    /// <param name="expected">What was expected, such as <c>one finish_reason</c>.</param>
    /// <param name="came">What came; it is shortened.</param>
    /// <exception cref="UnmetException">It does not hold.</exception>
    public static void That(bool holds, string expected, object? came)
    {
        if (!holds)
        {
            throw new UnmetException(expected, Shorten(came));
        }
    }

    /// <summary>An answer of status 200, as JSON.</summary>
    /// <exception cref="UnmetException">It is none.</exception>
    public static JsonElement Success(Answer answer)
    {
        That(answer.Status == 200, "status 200", $"{answer.Status} {answer.Body}");
        return answer.Json ?? throw new UnmetException("JSON", Shorten(answer.Body));
    }

    /// <summary>A refusal with one of the statuses, its body the error object with all four keys.</summary>
    /// <exception cref="UnmetException">It is none.</exception>
    public static JsonElement Refusal(Answer answer, string what, params int[] statuses)
    {
        That(statuses.Contains(answer.Status), $"{what}: status {string.Join(" or ", statuses)}", $"{answer.Status} {answer.Body}");
        var error = answer.Json is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("error", out var member) && member.ValueKind == JsonValueKind.Object
            ? member
            : throw new UnmetException($"{what}: an object under error", Shorten(answer.Body));
        foreach (var key in (string[])["message", "type", "param", "code"])
        {
            That(error.TryGetProperty(key, out var value) && (value.ValueKind == JsonValueKind.String || (value.ValueKind == JsonValueKind.Null && key is "param" or "code")),
                $"{what}: error.{key}, a string{(key is "param" or "code" ? " or null" : "")}", error.GetRawText());
        }

        return error;
    }

    /// <summary>Leaves the case where the server says that it does not know the endpoint or the field.</summary>
    /// <exception cref="InconclusiveException">It says so.</exception>
    public static void Supported(Answer answer, string what)
    {
        if (answer.Status is 400 or 404 or 405 or 415 or 422 or 501)
        {
            throw new InconclusiveException($"{what} is not served: {answer.Status} {Shorten(answer.Body)}");
        }
    }

    /// <summary>Leaves the case where the token limit came before the answer's end, which says nothing of what the end would have been.</summary>
    /// <exception cref="InconclusiveException">It did.</exception>
    public static void Ended(JsonElement completion)
    {
        if (completion.Choice().Text("finish_reason") == "length")
        {
            throw new InconclusiveException("The model came to no end within the token limit.");
        }
    }

    /// <summary>One line of at most so many characters.</summary>
    public static string Shorten(object? value)
    {
        var text = (value?.ToString() ?? "nothing").ReplaceLineEndings(" ");
        return text.Length <= Longest ? text : text[..Longest] + "...";
    }
}
