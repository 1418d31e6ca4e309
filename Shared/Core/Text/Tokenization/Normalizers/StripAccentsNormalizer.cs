using System.Globalization;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Takes out the combining marks; accents that are part of a letter stay, unless NFD has parted them before.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var text = source.Text.Span;
        var result = new NormalizedTextBuilder(source);
        for (var position = 0; position < text.Length;)
        {
            var codePoint = CodePoint.Read(text, position, out var length);
            if (CodePoint.Category(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark)
            {
                result.Replace(position, position + length, "");
            }

            position += length;
        }

        return result.Build();
    }
}
