using System.Globalization;
using System.Text.RegularExpressions;

namespace Rill.Models.Gguf;

/// <summary>What the names of GGUF files say: which of a folder's are models, and the parts of a model that was split.</summary>
internal static partial class GgufNames
{
    private const int MostParts = 1000;    // of published models, the largest have some dozens

    /// <summary>The files that may be models: of one in parts the first, and no projector of images.</summary>
    public static IReadOnlyList<string> Models(IEnumerable<string> names) =>
    [
        .. names.Where(Is)
            .Where(name => !name.StartsWith("mmproj", StringComparison.Ordinal))
            .Where(name => Part().Match(name) is var part && (!part.Success || Number(part, "part") == 1))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>True for the name of a GGUF file.</summary>
    public static bool Is(string name) => name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);

    /// <summary>A file, and the further parts where its name is that of a first part.</summary>
    /// <exception cref="ModelFormatException">The name tells of more parts than any model has.</exception>
    public static IReadOnlyList<string> WithParts(string name)
    {
        if (Part().Match(name) is not { Success: true } match || Number(match, "part") != 1)
        {
            return [name];
        }

        var parts = Number(match, "parts");
        return parts is > 0 and <= MostParts
            ? [.. Enumerable.Range(1, parts).Select(part => PartOf(name, part, parts)!)]
            : throw new ModelFormatException(
                $"{name} is the first of {parts} parts, but Rill reads from 1 to {MostParts}; split the model into fewer.");
    }

    /// <summary>The name of a further part; null where the first one's is not that of the first of so many.</summary>
    public static string? PartOf(string first, int part, int parts)
    {
        var ending = string.Create(CultureInfo.InvariantCulture, $"-00001-of-{parts:D5}.gguf");
        return first.EndsWith(ending, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{first[..^ending.Length]}-{part:D5}-of-{parts:D5}.gguf")
            : null;
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-(?<part>[0-9]{5})-of-(?<parts>[0-9]{5})\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
