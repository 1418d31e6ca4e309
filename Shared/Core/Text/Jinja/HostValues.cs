using System.Collections;
using System.Numerics;
using System.Text.Json;

namespace Rill.Text.Jinja;

/// <summary>Turns the values that a caller passes into the interpreter's.</summary>
internal static class HostValues
{
    private const int DeepestValue = 200;

    /// <exception cref="ArgumentException">The value is of a type that templates have no counterpart for.</exception>
    public static object? Convert(object? value, int depth = 0)
    {
        if (depth > DeepestValue)
        {
            throw new ChatTemplateException("The conversation holds a value that is nested too deeply.");
        }

        return value switch
        {
            null or bool or long or BigInteger or double => value,
            int number => (long)number,
            float number => (double)number,
            string text => JinjaText.OfTemplate(text),
            RequestText text => JinjaText.OfRequest(text.Value),
            JsonElement element => FromRequest(element),
            IReadOnlyDictionary<string, object?> dict => FromDictionary(dict, depth),
            IEnumerable items => new ListValue([.. items.Cast<object?>().Select(item => Convert(item, depth + 1))]),
            _ => throw new ArgumentException($"A chat template cannot use a value of type {value.GetType()}.", nameof(value)),
        };
    }

    private static DictValue FromDictionary(IReadOnlyDictionary<string, object?> source, int depth)
    {
        var dict = new DictValue();
        foreach (var (key, value) in source)
        {
            // A dictionary's keys may be a client's own (those of a tool call are), and no template looks for special tokens in them.
            dict.Set(JinjaText.OfRequest(key), Convert(value, depth + 1));
        }

        return dict;
    }

    private static object? FromRequest(JsonElement element)
    {
        try
        {
            return FromJson(element);
        }
        catch (InvalidOperationException)
        {
            // JSON can escape half of a surrogate pair (\ud800), which is no text.
            throw new ChatTemplateException("The conversation holds a string that is not valid Unicode.");
        }
    }

    private static object? FromJson(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var dict = new DictValue();
                foreach (var property in element.EnumerateObject())
                {
                    dict.Set(JinjaText.OfRequest(property.Name), FromJson(property.Value));
                }

                return dict;
            case JsonValueKind.Array:
                return new ListValue([.. element.EnumerateArray().Select(FromJson)]);
            case JsonValueKind.String:
                return JinjaText.OfRequest(element.GetString()!);
            case JsonValueKind.Number:
                return FromNumber(element);
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return null;
        }
    }

    private static object FromNumber(JsonElement element)
    {
        if (element.TryGetInt64(out var number))
        {
            return number;
        }

        var text = element.GetRawText();
        return text.AsSpan().IndexOfAny(".eE") < 0 && PythonNumbers.ParseInteger(text, 10) is { } large ? large : element.GetDouble();
    }
}
