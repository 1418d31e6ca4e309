using System.Text;

namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Lowers letters one by one, as the reference does: by Unicode's full mapping, whatever stands around.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    private const int DottedCapitalI = 0x130;

    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var result = new NormalizedTextBuilder(source);
        Span<char> units = stackalloc char[2];
        var position = 0;
        foreach (var rune in source.Text.Span.EnumerateRunes())
        {
            var end = position + rune.Utf16SequenceLength;
            var lowered = Rune.ToLowerInvariant(rune);
            if (rune.Value == DottedCapitalI)
            {
                result.Replace(position, end, "i\u0307");
            }
            else if (lowered != rune)
            {
                result.Replace(position, end, units[..lowered.EncodeToUtf16(units)]);
            }

            position = end;
        }

        return result.Build();
    }
}
