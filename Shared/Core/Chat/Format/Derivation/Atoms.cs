using System.Text.RegularExpressions;

namespace Rill.Chat.Format.Derivation;

/// <summary>
/// Texts as templates write them, in pieces that are never cut: marks in brackets, runs of white space (all of them alike), and single
/// characters of anything else.
/// </summary>
internal static partial class Atoms
{
    /// <summary>A text's pieces; joined they are the text.</summary>
    public static List<string> Of(string text) => [.. Pieces().Matches(text).Select(match => match.Value)];

    /// <summary>The marks in a text, in order.</summary>
    public static List<string> MarksOf(string text) => [.. Of(text).Where(IsMark)];

    /// <summary>True for a mark in brackets.</summary>
    public static bool IsMark(string atom) => atom.Length > 2 && atom[0] is '<' or '[';

    /// <summary>The beginning of a text that it has in common with another, as the first of them has it.</summary>
    public static string CommonStart(string text, string other)
    {
        var (atoms, others) = (Of(text), Of(other));
        var count = 0;
        while (count < atoms.Count && count < others.Count && AreAlike(atoms[count], others[count]))
        {
            count++;
        }

        return string.Concat(atoms.Take(count));
    }

    /// <summary>The end of a text that it has in common with another, as the first of them has it.</summary>
    public static string CommonEnd(string text, string other)
    {
        var (atoms, others) = (Of(text), Of(other));
        var count = 0;
        while (count < atoms.Count && count < others.Count && AreAlike(atoms[^(count + 1)], others[^(count + 1)]))
        {
            count++;
        }

        return string.Concat(atoms.Skip(atoms.Count - count));
    }

    /// <summary>A text without the beginning that it has in common with another.</summary>
    public static string Without(string text, string start) => text[CommonStart(text, start).Length..];

    private static bool AreAlike(string atom, string other) => atom == other || (string.IsNullOrWhiteSpace(atom) && string.IsNullOrWhiteSpace(other));

    [GeneratedRegex(@"<[^<>]{1,80}>|\[/?[A-Z_]+\]|\s+|.", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pieces();
}
