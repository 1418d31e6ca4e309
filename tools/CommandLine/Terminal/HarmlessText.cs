using System.Text;

namespace Rill.CommandLine.Terminal;

/// <summary>Text of a server or a model without the characters that steer a terminal: they are shown as pictures of themselves.</summary>
internal static class HarmlessText
{
    private const char FirstControlPicture = '\u2400';
    private const char DeletePicture = '\u2421';

    /// <summary>A text whose line ends and tabs stay.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHarmful))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            shown.Append(!IsHarmful(character) ? character
                : character < ' ' ? (char)(FirstControlPicture + character)
                : character == '\x7f' ? DeletePicture : '\uFFFD');
        }

        return shown.ToString();
    }

    /// <summary>A text in one line.</summary>
    public static string Line(string text) => Of(text.ReplaceLineEndings(" "));

    private static bool IsHarmful(char character) => char.IsControl(character) && character is not ('\n' or '\t');
}
