using System.Text.Json;

namespace Rill.CommandLine.Pipes;

/// <summary>Reads a JSON object and its members; whatever is wrong is one sentence that names the member.</summary>
internal static class JsonInput
{
    /// <summary>Parses an object.</summary>
    /// <exception cref="FailureException">The bytes are not UTF-8, not JSON, or no object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, string what)
    {
        Utf8Check.Require(bytes.Span, what);
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new FailureException($"{what} is empty; it must hold a JSON object.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException broken)
        {
            throw new FailureException($"{what} is not valid JSON{Place(broken)}.");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new FailureException($"{what} must hold a JSON object.");
    }

    /// <summary>A required text.</summary>
    /// <exception cref="FailureException">It is absent, no string, or holds an unpaired surrogate.</exception>
    public static string Text(JsonElement line, string name)
    {
        var value = Required(line, name, "a string");
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new FailureException($"{name} must be a string.");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FailureException($"{name} holds an unpaired surrogate (such as \\ud800), which is no character.");
        }
    }

    /// <summary>A switch, or the default when it is absent or null.</summary>
    /// <exception cref="FailureException">It is neither true nor false.</exception>
    public static bool Flag(JsonElement line, string name, bool defaultValue) =>
        !line.TryGetProperty(name, out var value) ? defaultValue : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => defaultValue,
            _ => throw new FailureException($"{name} must be true or false."),
        };

    /// <summary>A required list of whole numbers.</summary>
    /// <exception cref="FailureException">It is absent or no list, or holds something else; the message names the first such item.</exception>
    public static int[] Integers(JsonElement line, string name)
    {
        var value = Required(line, name, "a list of token ids");
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new FailureException($"{name} must be a list of token ids.");
        }

        var numbers = new int[value.GetArrayLength()];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out numbers[index]))
            {
                throw new FailureException($"{name}[{index}] must be a token id, a whole number.");
            }

            index++;
        }

        return numbers;
    }

    private static JsonElement Required(JsonElement line, string name, string kind) =>
        line.TryGetProperty(name, out var value) ? value : throw new FailureException($"{name} is missing; it must be {kind}.");

    private static string Place(JsonException broken) =>
        broken is { LineNumber: { } line, BytePositionInLine: { } position } ? $" (line {line + 1}, byte {position + 1})" : "";
}
