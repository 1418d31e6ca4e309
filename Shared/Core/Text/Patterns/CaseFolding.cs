using System.Text;

namespace Rill.Text.Patterns;

/// <summary>Simple case folding: one code point against one.</summary>
internal static class CaseFolding
{
    private const int LongS = 0x17F;
    private const int KelvinSign = 0x212A;

    /// <summary>The code point and all that equal it when case is ignored.</summary>
    public static IEnumerable<int> Variants(int codePoint)
    {
        if (!Rune.IsValid(codePoint))
        {
            return [codePoint];
        }

        // The long s and the kelvin sign are the two non-ASCII characters that fold onto ASCII letters.
        return codePoint switch
        {
            's' or 'S' or LongS => ['s', 'S', LongS],
            'k' or 'K' or KelvinSign => ['k', 'K', KelvinSign],
            _ => new[] { codePoint, Rune.ToLowerInvariant(new Rune(codePoint)).Value, Rune.ToUpperInvariant(new Rune(codePoint)).Value }
                .Distinct(),
        };
    }
}
