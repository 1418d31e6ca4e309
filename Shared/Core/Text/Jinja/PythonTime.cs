using System.Globalization;
using System.Text;

namespace Rill.Text.Jinja;

/// <summary>strftime in the C locale.</summary>
internal static class PythonTime
{
    public static string Format(string format, DateTimeOffset time)
    {
        var result = new StringBuilder();
        for (var index = 0; index < format.Length; index++)
        {
            if (format[index] != '%')
            {
                result.Append(format[index]);
                continue;
            }

            // glibc's %-d drops the padding.
            var isBare = ++index < format.Length && format[index] == '-';
            index += isBare ? 1 : 0;
            var code = index < format.Length ? format[index] : '%';
            var text = Field(code, time) ?? throw new ChatTemplateException($"strftime_now does not know %{code}");
            result.Append(isBare && text.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : text);
        }

        return result.ToString();
    }

    private static string? Field(char code, DateTimeOffset time) => code switch
    {
        'Y' => Text(time, "yyyy"),
        'y' => Text(time, "yy"),
        'm' => Text(time, "MM"),
        'd' => Text(time, "dd"),
        'e' => Padded(time.Day, ' ', 2),
        'H' => Text(time, "HH"),
        'I' => Text(time, "hh"),
        'M' => Text(time, "mm"),
        'S' => Text(time, "ss"),
        'f' => Text(time, "ffffff"),
        'p' => time.Hour < 12 ? "AM" : "PM",
        'A' => Text(time, "dddd"),
        'a' => Text(time, "ddd"),
        'B' => Text(time, "MMMM"),
        'b' or 'h' => Text(time, "MMM"),
        'j' => Padded(time.DayOfYear, '0', 3),
        'u' => Padded(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek, '0', 1),
        'w' => Padded((int)time.DayOfWeek, '0', 1),
        'z' or 'Z' => "",
        'F' => Text(time, "yyyy-MM-dd"),
        'D' or 'x' => Text(time, "MM/dd/yy"),
        'T' or 'X' => Text(time, "HH:mm:ss"),
        'R' => Text(time, "HH:mm"),
        'c' => Text(time, "ddd MMM ") + Padded(time.Day, ' ', 2) + Text(time, " HH:mm:ss yyyy"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    private static string Text(DateTimeOffset time, string pattern) =>
        time.ToString(pattern, CultureInfo.InvariantCulture);

    private static string Padded(int number, char padding, int width) =>
        number.ToString(CultureInfo.InvariantCulture).PadLeft(width, padding);
}
