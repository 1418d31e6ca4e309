using System.Globalization;
using System.Text.RegularExpressions;

namespace Rill.Text.Jinja;

/// <summary>strftime in the C locale, with glibc's flags and widths (%-d, %_m, %^a); what it does not know stays as it is written.</summary>
internal static partial class PythonTime
{
    private const int WidestField = 1000;

    // What finding and writing a field counts as, beside its characters.
    private const int FieldWork = 128;

    /// <summary>The time as the format has it; the request's text when the format is.</summary>
    public static JinjaText Format(JinjaText format, DateTimeOffset time)
    {
        var result = new TextBuilder();
        var copied = 0;
        foreach (Match match in Directive().Matches(format.Value))
        {
            RenderContext.Charge(FieldWork);
            result.Append(format, copied, match.Index).Append(Field(match, time) ?? match.Value, format.HasRequest);
            copied = match.Index + match.Length;
        }

        return format.Derive(result.Append(format, copied, format.Length).ToText().Value);
    }

    private static string? Field(Match match, DateTimeOffset time)
    {
        var (flags, width, code) = (match.Groups["flags"].Value, match.Groups["width"].Value, match.Groups["code"].Value[0]);
        if (code == 'f')
        {
            // Python's own; it takes no flags.
            return match.Length == 2 ? Text(time, "ffffff") : null;
        }

        if (width.Length > 0 && (!int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) || wanted > WidestField))
        {
            throw new ChatTemplateException($"strftime_now is asked for a field wider than {WidestField}");
        }

        var least = width.Length > 0 ? int.Parse(width, CultureInfo.InvariantCulture) : 0;
        if (Number(code, time) is var (number, digits, padding))
        {
            padding = flags.Contains('_', StringComparison.Ordinal) ? ' ' : flags.Contains('0', StringComparison.Ordinal) ? '0' : padding;
            var text = number.ToString(CultureInfo.InvariantCulture);
            return flags.Contains('-', StringComparison.Ordinal) ? text : text.PadLeft(Math.Max(digits, least), padding);
        }

        var words = Words(code, time);
        if (flags.Contains('^', StringComparison.Ordinal) || (flags.Contains('#', StringComparison.Ordinal) && code is 'a' or 'A' or 'b' or 'B' or 'h'))
        {
            words = words?.ToUpperInvariant();
        }
        else if (flags.Contains('#', StringComparison.Ordinal) && code == 'p')
        {
            words = Words('P', time);
        }

        return words?.PadLeft(least, flags.Contains('0', StringComparison.Ordinal) ? '0' : ' ');
    }

    /// <summary>A field that is a number: its value, how many digits it has at least, and what they are filled up with.</summary>
    private static (long Value, int Digits, char Padding)? Number(char code, DateTimeOffset time) => code switch
    {
        'Y' => (time.Year, 1, '0'),
        'y' => (time.Year % 100, 2, '0'),
        'C' => (time.Year / 100, 2, '0'),
        'G' => (ISOWeek.GetYear(time.DateTime), 1, '0'),
        'g' => (ISOWeek.GetYear(time.DateTime) % 100, 2, '0'),
        'm' => (time.Month, 2, '0'),
        'd' => (time.Day, 2, '0'),
        'e' => (time.Day, 2, ' '),
        'H' => (time.Hour, 2, '0'),
        'k' => (time.Hour, 2, ' '),
        'I' => ((time.Hour + 11) % 12 + 1, 2, '0'),
        'l' => ((time.Hour + 11) % 12 + 1, 2, ' '),
        'M' => (time.Minute, 2, '0'),
        'S' => (time.Second, 2, '0'),
        'j' => (time.DayOfYear, 3, '0'),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek, 1, '0'),
        'w' => ((int)time.DayOfWeek, 1, '0'),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2, '0'),
        'W' => ((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2, '0'),
        'V' => (ISOWeek.GetWeekOfYear(time.DateTime), 2, '0'),
        's' => (time.ToUnixTimeSeconds(), 1, '0'),
        _ => null,
    };

    private static string? Words(char code, DateTimeOffset time) => code switch
    {
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'A' => Text(time, "dddd"),
        'a' => Text(time, "ddd"),
        'B' => Text(time, "MMMM"),
        'b' or 'h' => Text(time, "MMM"),
        'z' or 'Z' => "",
        'F' => Text(time, "yyyy-MM-dd"),
        'D' or 'x' => Text(time, "MM/dd/yy"),
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'R' => Text(time, "HH:mm"),
        'r' => Text(time, "hh:mm:ss ") + Words('p', time),
        'c' => Text(time, "ddd MMM ") + time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + Text(time, " HH:mm:ss yyyy"),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Text(DateTimeOffset time, string pattern) =>
        time.ToString(pattern, CultureInfo.InvariantCulture);

    [GeneratedRegex("%(?<flags>[-_0^#]*)(?<width>[0-9]*)(?<code>.)", RegexOptions.Singleline)]
    private static partial Regex Directive();
}
