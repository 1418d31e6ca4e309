using System.Buffers;
using System.Globalization;
using System.Text;

namespace Rill;

/// <summary>
/// Keeps a refusal one sentence, whatever it quotes: a model's author chooses the names of tensors, keys and files, and may put lines of a log,
/// commands of a terminal or megabytes into them.
/// </summary>
internal static class RefusalText
{
    private const int MostLength = 2_400;    // the longest lists what is supported

    private static readonly SearchValues<char> s_breaking =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue + 1).Select(number => (char)number).Where(IsBreaking)]);

    /// <summary>The message without control characters and line breaks, cut where it is longer than any refusal is.</summary>
    public static string Of(string message)
    {
        var length = Math.Min(message.Length, MostLength);
        if (length == message.Length && !message.AsSpan().ContainsAny(s_breaking))
        {
            return message;
        }

        var text = new StringBuilder(length + 3);
        foreach (var letter in message.AsSpan(0, length))
        {
            text.Append(IsBreaking(letter) ? '?' : letter);
        }

        return text.Append(length < message.Length ? "..." : "").ToString();
    }

    /// <summary>Control characters, line and paragraph separators, and marks that turn the direction of what follows.</summary>
    private static bool IsBreaking(char letter) => char.GetUnicodeCategory(letter)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;
}
