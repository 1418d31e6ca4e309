namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Takes the white space off a text's ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var text = source.Text.Span;
        var start = left ? text.Length - text.TrimStart().Length : 0;
        var end = right ? Math.Max(start, text.TrimEnd().Length) : text.Length;
        var result = new NormalizedTextBuilder(source);
        if (start > 0)
        {
            result.Replace(0, start, "");
        }

        if (end < text.Length)
        {
            result.Replace(end, text.Length, "");
        }

        return result.Build();
    }
}
