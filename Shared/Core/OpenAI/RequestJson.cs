using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>Parses a request's body, and says of what is no JSON in UTF-8 what it is instead.</summary>
internal static class RequestJson
{
    /// <summary>Most levels of objects and arrays within each other.</summary>
    public const int MaxDepth = 64;

    private const int LongestMark = 4;

    /// <summary>Reads a body that must be an object; exactly one of the two results is set.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="read">Makes a request of the object's members; what is wrong with them is reported through them.</param>
    /// <param name="request">The request.</param>
    /// <param name="error">The first thing wrong with it.</param>
    public static bool TryRead<T>(
        ReadOnlySequence<byte> body, Func<JsonField, T> read, [NotNullWhen(true)] out T? request, [NotNullWhen(false)] out ApiError? error)
        where T : class
    {
        request = null;
        if (!TryParse(body, out var document, out error))
        {
            return false;
        }

        using (document)
        {
            try
            {
                (request, error) = Read(document.RootElement, read);
            }
            catch (InvalidOperationException)
            {
                // Thrown by System.Text.Json for a member name that is not valid Unicode; values are met in JsonField.
                error = ApiError.InvalidJson("The request body holds a member name that is not valid Unicode text.");
            }
        }

        return error is null;
    }

    /// <summary>Parses a body, which may begin with UTF-8's byte order mark; exactly one of the two results is set.</summary>
    public static bool TryParse(
        ReadOnlySequence<byte> body, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out ApiError? error)
    {
        (document, error) = (null, null);
        Span<byte> start = stackalloc byte[LongestMark];
        var length = (int)Math.Min(body.Length, LongestMark);
        body.Slice(0, length).CopyTo(start);
        if (DescribeEncoding(start[..length]) is { } encoding)
        {
            error = ApiError.InvalidJson($"The request body is {encoding}.");
            return false;
        }

        var json = start.StartsWith("\uFEFF"u8) ? body.Slice(3) : body;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return true;
        }
        catch (JsonException exception)
        {
            error = ApiError.InvalidJson(IsTooDeep(json)
                ? $"The request body nests objects and arrays in more than {MaxDepth} levels: make it flatter."
                : string.Create(CultureInfo.InvariantCulture,
                    $"The request body is not valid JSON: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."));
            return false;
        }
    }

    private static (T? Request, ApiError? Error) Read<T>(JsonElement root, Func<JsonField, T> read)
        where T : class
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return (null, ApiError.InvalidValue(null, "The request body must be a JSON object."));
        }

        var errors = new FieldErrors();
        var request = read(new JsonField(root, "", errors));
        return errors.First is { } error ? (null, error) : (request, null);
    }

    /// <summary>What the first bytes are a mark of; null when they may begin JSON in UTF-8. A JSON text begins with an ASCII character.</summary>
    private static string? DescribeEncoding(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => "compressed with gzip: say so with Content-Encoding gzip, or send it as plain JSON",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, ..] or [not 0, 0, ..] => "UTF-16 or UTF-32: send it as plain JSON in UTF-8",
        _ => null,
    };

    /// <summary>Whether the first thing that is wrong with the text is its depth.</summary>
    private static bool IsTooDeep(ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                // A token that opens a level stands outside of it.
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject && reader.CurrentDepth >= MaxDepth)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Broken before it was deep.
        }

        return false;
    }
}
