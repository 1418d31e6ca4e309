using System.Globalization;
using System.Text.RegularExpressions;

namespace Rill.Text.Jinja;

/// <summary>Python's old string formatting: 'text' % values, with %s %r %d %i %x %X %o %f %%, flags, width and precision.</summary>
internal static partial class PercentFormat
{
    private const int WidestField = 1000;
    private const int LongestFormat = 1 << 16;

    public static JinjaText Apply(JinjaText format, object? values)
    {
        if (format.Length > LongestFormat)
        {
            throw new ChatTemplateException($"A format string has more than {LongestFormat} characters.");
        }

        var builder = new TextBuilder();
        IReadOnlyList<object?> positional = values is ListValue { IsTuple: true } tuple ? tuple.Items : [values];
        var (used, copied) = (0, 0);
        foreach (Match match in Directive().Matches(format.Value))
        {
            builder.Append(format, copied, match.Index);
            copied = match.Index + match.Length;
            if (match.Groups["type"].Value == "%")
            {
                builder.Append("%");
                continue;
            }

            object? value;
            if (match.Groups["key"].Success)
            {
                value = Named(values, match.Groups["key"].Value);
            }
            else
            {
                value = used < positional.Count
                    ? positional[used++]
                    : throw new ChatTemplateException("not enough arguments for format string");
            }

            builder.Append(Pad(Convert(match, value), match));
        }

        // A value that could be looked into by key (%(name)s) may go unused.
        var maybeNamed = values is DictValue or RangeValue or Undefined or ListValue { IsTuple: false };
        if (used < positional.Count && !maybeNamed)
        {
            throw new ChatTemplateException("not all arguments converted during string formatting");
        }

        return builder.Append(format, copied, format.Length).ToText();
    }

    private static object? Named(object? values, string key) =>
        values is DictValue dict && dict.TryGet(JinjaText.OfTemplate(key), out var value)
            ? value
            : throw new ChatTemplateException($"the format string names '{key}', which is not given");

    private static JinjaText Convert(Match match, object? value)
    {
        var precision = match.Groups["precision"].Success ? Number(match.Groups["precision"]) : -1;
        switch (match.Groups["type"].Value)
        {
            case "s":
                return Shorten(PythonText.Str(value), precision);
            case "r":
                return Shorten(PythonText.Repr(value), precision);
            case "d" or "i" or "u":
                return JinjaText.OfTemplate(PythonNumbers.Format(PythonNumbers.ToBigInteger(Truncate(value))));
            case "x":
                return JinjaText.OfTemplate(PythonNumbers.ToIndex(value).ToString("x", CultureInfo.InvariantCulture));
            case "X":
                return JinjaText.OfTemplate(PythonNumbers.ToIndex(value).ToString("X", CultureInfo.InvariantCulture));
            case "f" or "F":
                return JinjaText.OfTemplate(FixedPoint.Format(PythonNumbers.ToDouble(Numeric(value)), precision < 0 ? 6 : precision));
            case var type:
                throw new ChatTemplateException($"unsupported format character '{type}'");
        }
    }

    private static JinjaText Shorten(JinjaText text, int precision) =>
        precision >= 0 ? (JinjaText)PythonIndexing.Slice(text, null, (long)precision, null)! : text;

    private static object Numeric(object? value) => PythonNumbers.IsNumber(value)
        ? value!
        : throw new ChatTemplateException($"a number is required to format, not {PythonValues.TypeName(value)}");

    private static object Truncate(object? value) =>
        Numeric(value) is double number ? PythonNumbers.Truncate(number) : value!;

    private static JinjaText Pad(JinjaText text, Match match)
    {
        var missing = Number(match.Groups["width"]) - PythonText.CodePointCount(text.Value);
        var flags = match.Groups["flags"].Value;
        var isNumber = match.Groups["type"].Value is not ("s" or "r");
        var sign = isNumber && flags.Contains('+', StringComparison.Ordinal) && !text.Value.StartsWith('-') ? "+" : "";
        missing = Math.Max(0, missing - sign.Length);
        var builder = new TextBuilder();
        if (flags.Contains('-', StringComparison.Ordinal))
        {
            return builder.Append(sign).Append(text).Append(new string(' ', missing)).ToText();
        }

        if (!isNumber || !flags.Contains('0', StringComparison.Ordinal))
        {
            return builder.Append(new string(' ', missing)).Append(sign).Append(text).ToText();
        }

        var negative = text.Value.StartsWith('-') ? 1 : 0;
        return builder.Append(sign).Append(text, 0, negative).Append(new string('0', missing)).Append(text, negative, text.Length).ToText();
    }

    private static int Number(Group group)
    {
        if (!group.Success)
        {
            return 0;
        }

        return int.TryParse(group.Value, CultureInfo.InvariantCulture, out var number) && number <= WidestField
            ? number
            : throw new ChatTemplateException($"a format string asks for a field wider than {WidestField}");
    }

    [GeneratedRegex(@"%(\((?<key>[^)]*)\))?(?<flags>[-+ 0#]*)(?<width>\d+)?(\.(?<precision>\d+))?(?<type>.)", RegexOptions.Singleline)]
    private static partial Regex Directive();
}
