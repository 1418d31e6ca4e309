using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rill.Text.Jinja;

/// <summary>Python's strings: str(), repr(), and indexing by code points.</summary>
internal static class PythonText
{
    private const int DeepestValue = 200;

    /// <summary>str() of a value; what {{ }} prints.</summary>
    public static JinjaText Str(object? value) => value switch
    {
        JinjaText text => text,
        Undefined => JinjaText.Empty,
        _ => Repr(value),
    };

    /// <summary>repr() of a value.</summary>
    public static JinjaText Repr(object? value)
    {
        var builder = new TextBuilder();
        AppendRepr(value, builder, depth: 0);
        return builder.ToText();
    }

    /// <summary>How Python writes a float: the shortest digits that give it back.</summary>
    public static string FormatDouble(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        var sign = double.IsNegative(value) ? "-" : "";
        return sign + exponent switch
        {
            < -4 or >= 16 => Scientific(digits, exponent),
            < 0 => "0." + new string('0', -exponent - 1) + digits,
            _ when digits.Length <= exponent + 1 => digits.PadRight(exponent + 1, '0') + ".0",
            _ => digits[..(exponent + 1)] + "." + digits[(exponent + 1)..],
        };
    }

    /// <summary>How many code points a text has.</summary>
    public static int CodePointCount(string text)
    {
        var count = text.Length;
        for (var index = 0; index + 1 < text.Length; index++)
        {
            if (char.IsSurrogatePair(text[index], text[index + 1]))
            {
                count--;
                index++;
            }
        }

        return count;
    }

    /// <summary>Where in UTF-16 units a code point begins, counted in code points from 0; the text's end when there are fewer.</summary>
    public static int OffsetOf(string text, long codePoint)
    {
        var offset = 0;
        for (; codePoint > 0 && offset < text.Length; codePoint--)
        {
            offset += char.IsSurrogatePair(text, offset) ? 2 : 1;
        }

        return offset;
    }

    /// <summary>The characters of a text, one code point each.</summary>
    public static IReadOnlyList<object?> Characters(JinjaText text)
    {
        var characters = new List<object?>(text.Length);
        for (var index = 0; index < text.Length;)
        {
            var length = char.IsSurrogatePair(text.Value, index) ? 2 : 1;
            characters.Add(text.Slice(index, index + length));
            index += length;
        }

        return characters;
    }

    /// <summary>Orders texts by code points.</summary>
    public static int Compare(string left, string right)
    {
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            if (left[index] == right[index])
            {
                continue;
            }

            // A surrogate stands for a code point above all others of the plane.
            var (first, second) = (char.IsSurrogate(left[index]), char.IsSurrogate(right[index]));
            return first == second ? left[index].CompareTo(right[index]) : first ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }

    /// <summary>The digits without zeros at either end, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = mark < 0 ? text : text[..mark];
        var shift = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa.Length : point;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        return digits.Length == 0 ? ("0", 0) : (digits.TrimEnd('0'), whole - 1 - (all.Length - digits.Length) + shift);
    }

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits.AsSpan(1)}";
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static void AppendRepr(object? value, TextBuilder builder, int depth)
    {
        if (depth > DeepestValue)
        {
            throw new ChatTemplateException("The chat template prints a value that is nested too deeply.");
        }

        switch (value)
        {
            case JinjaText text:
                AppendQuoted(text, builder);
                break;
            case ListValue list:
                AppendItems(list.Items, builder, depth, list.IsTuple ? '(' : '[', list.IsTuple ? ')' : ']');
                break;
            case DictValue dict:
                AppendDict(dict, builder, depth);
                break;
            case NamespaceValue space:
                builder.Append("<Namespace ");
                AppendDict(space.Attributes, builder, depth);
                builder.Append(">");
                break;
            default:
                builder.Append(FormatPlain(value));
                break;
        }
    }

    private static string FormatPlain(object? value) => value switch
    {
        null => "None",
        bool boolean => boolean ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number => PythonNumbers.Format(number),
        double number => FormatDouble(number),
        Undefined => "Undefined",
        RangeValue { Step: 1 } range => string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})"),
        RangeValue range => string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}, {range.Step})"),
        CallableValue callable => callable.Representation,
        TemplateReference => "<TemplateReference None>",
        _ => $"<{PythonValues.TypeName(value)} object>",
    };

    private static void AppendItems(IReadOnlyList<object?> items, TextBuilder builder, int depth, char open, char close)
    {
        builder.Append(open.ToString());
        for (var index = 0; index < items.Count; index++)
        {
            builder.Append(index == 0 ? "" : ", ");
            AppendRepr(items[index], builder, depth + 1);
        }

        builder.Append(open == '(' && items.Count == 1 ? "," : "").Append(close.ToString());
    }

    private static void AppendDict(DictValue dict, TextBuilder builder, int depth)
    {
        var separator = "{";
        foreach (var (key, value) in dict.Items)
        {
            builder.Append(separator);
            AppendRepr(key, builder, depth + 1);
            builder.Append(": ");
            AppendRepr(value, builder, depth + 1);
            separator = ", ";
        }

        builder.Append(dict.Count == 0 ? "{}" : "}");
    }

    private static void AppendQuoted(JinjaText text, TextBuilder builder)
    {
        var quote = text.Value.Contains('\'', StringComparison.Ordinal) && !text.Value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote.ToString());
        for (var index = 0; index < text.Length;)
        {
            Rune.DecodeFromUtf16(text.Value.AsSpan(index), out var rune, out var length);
            if (Escape(rune.Value, quote) is { } escape)
            {
                builder.Append(text.Slice(index, index + length).Derive(escape));
            }
            else
            {
                builder.Append(text, index, index + length);
            }

            index += length;
        }

        builder.Append(quote.ToString());
    }

    private static string? Escape(int codePoint, char quote) => codePoint switch
    {
        '\\' => @"\\",
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        _ when codePoint == quote => @"\" + quote,
        _ when PythonCharacters.IsPrintable(codePoint) => null,
        <= 0xFF => $@"\x{codePoint:x2}",
        <= 0xFFFF => $@"\u{codePoint:x4}",
        _ => $@"\U{codePoint:x8}",
    };
}
