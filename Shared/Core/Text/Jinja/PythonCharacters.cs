using System.Globalization;

namespace Rill.Text.Jinja;

/// <summary>Character classes where Python's differ from .NET's.</summary>
internal static class PythonCharacters
{
    /// <summary>str.isspace: Unicode white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1C' and <= '\x1F';

    /// <summary>str.splitlines: the characters that end a line.</summary>
    public static bool EndsLine(char character) =>
        character is '\n' or '\r' or '\v' or '\f' or '\x1C' or '\x1D' or '\x1E' or '\x85' or '\u2028' or '\u2029';

    /// <summary>str.isprintable: false for what repr writes as an escape.</summary>
    public static bool IsPrintable(int codePoint) => codePoint == ' ' || CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator => false,
        _ => true,
    };
}
