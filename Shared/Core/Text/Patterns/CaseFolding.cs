using System.Text;

namespace Rill.Text.Patterns;

/// <summary>Simple case folding: which code points equal one another when case is ignored.</summary>
internal static class CaseFolding
{
    // Letters with case lie below; beyond are CJK, symbols and emoji.
    private const int Limit = 0x1F000;

    private static readonly Lazy<ILookup<int, int>> s_equals = new(() =>
        Enumerable.Range(0, Limit).Where(HasCase).ToLookup(Fold));

    /// <summary>The code point and all that equal it when case is ignored.</summary>
    public static IEnumerable<int> Variants(int codePoint) =>
        Rune.IsValid(codePoint) && s_equals.Value[Fold(codePoint)] is var variants && variants.Any() ? variants : [codePoint];

    private static bool HasCase(int codePoint) => Rune.IsValid(codePoint) && Rune.IsLetter(new(codePoint))
        && (Fold(codePoint) != codePoint || Rune.ToUpperInvariant(new(codePoint)).Value != codePoint);

    private static int Fold(int codePoint) => codePoint switch
    {
        // Two letters that fold onto ASCII, which the invariant culture leaves alone.
        0x17F => 's',
        0x212A => 'k',
        _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(new(codePoint))).Value,
    };
}
