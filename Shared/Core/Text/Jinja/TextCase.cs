using System.Globalization;
using System.Text;

namespace Rill.Text.Jinja;

/// <summary>Upper and lower case as Python has it, with the two letters of common use whose length changes.</summary>
internal static class TextCase
{
    public static JinjaText Upper(JinjaText text) => text.Recase(ToUpper(text.Value));

    public static JinjaText Lower(JinjaText text) => text.Recase(ToLower(text.Value));

    /// <summary>str.casefold, with the one letter of common use that it changes and lower does not.</summary>
    public static JinjaText Fold(JinjaText text) => text.Recase(ToLower(text.Value).Replace("ß", "ss", StringComparison.Ordinal));

    public static JinjaText Capitalize(JinjaText text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var first = char.IsSurrogatePair(text.Value, 0) ? 2 : 1;
        return text.Recase(ToUpper(text.Value[..first]) + ToLower(text.Value[first..]));
    }

    public static JinjaText Swap(JinjaText text) => text.Recase(string.Concat(text.Value.EnumerateRunes().Select(rune =>
        Rune.IsUpper(rune) ? ToLower(rune.ToString()) : ToUpper(rune.ToString()))));

    /// <summary>str.title: each run of letters begins with a capital.</summary>
    public static JinjaText Title(JinjaText text)
    {
        var result = new StringBuilder(text.Length);
        var followsLetter = false;
        foreach (var rune in text.Value.EnumerateRunes())
        {
            result.Append(followsLetter ? ToLower(rune.ToString()) : ToUpper(rune.ToString()));
            followsLetter = Rune.IsLetter(rune);
        }

        return text.Recase(result.ToString());
    }

    public static bool All(JinjaText text, Func<char, bool> test) => text.Length > 0 && text.Value.All(test);

    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    // Full case mapping: the sharp s and the dotted I become two characters, which .NET's simple mapping does not know.
    private static string ToUpper(string text) => text.ToUpper(CultureInfo.InvariantCulture).Replace("ß", "SS", StringComparison.Ordinal);

    private static string ToLower(string text) =>
        text.Replace("İ", "i\u0307", StringComparison.Ordinal).ToLower(CultureInfo.InvariantCulture);
}
