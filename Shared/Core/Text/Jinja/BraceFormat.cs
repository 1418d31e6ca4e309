using System.Globalization;

namespace Rill.Text.Jinja;

/// <summary>str.format with plain fields: {}, {0}, {name}, {{ and }}. Conversions and format specifications are refused.</summary>
internal static class BraceFormat
{
    public static JinjaText Apply(JinjaText format, CallArguments arguments)
    {
        var builder = new TextBuilder();
        var next = 0;
        for (var index = 0; index < format.Length; index++)
        {
            var character = format.Value[index];
            var isDoubled = index + 1 < format.Length && format.Value[index + 1] == character;
            if (character is not ('{' or '}') || isDoubled)
            {
                builder.Append(format, index, index + 1);
                index += character is '{' or '}' ? 1 : 0;
                continue;
            }

            var close = character == '{' ? format.Value.IndexOf('}', index) : -1;
            if (close < 0)
            {
                throw new ChatTemplateException($"Single '{character}' encountered in format string");
            }

            builder.Append(PythonText.Str(Field(format.Value[(index + 1)..close], arguments, ref next)));
            index = close;
        }

        return builder.ToText();
    }

    private static object? Field(string field, CallArguments arguments, ref int next)
    {
        if (field.AsSpan().IndexOfAny("!:.[") >= 0)
        {
            throw new ChatTemplateException($"the format field '{{{field}}}' is not supported");
        }

        var isPosition = int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var position);
        if (field.Length == 0 || isPosition)
        {
            position = isPosition ? position : next++;
            return position < arguments.Positional.Count
                ? arguments.Positional[position]
                : throw new ChatTemplateException("Replacement index out of range for positional args tuple");
        }

        foreach (var (name, value) in arguments.Named)
        {
            if (name == field)
            {
                return value;
            }
        }

        throw new ChatTemplateException($"the format field '{field}' is not given");
    }
}
