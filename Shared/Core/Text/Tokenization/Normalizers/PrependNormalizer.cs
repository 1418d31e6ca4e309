namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Puts a text before every text that is not empty: the space mark, say.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var result = new NormalizedTextBuilder(source);
        if (!source.Text.IsEmpty)
        {
            result.Replace(0, 0, prefix);
        }

        return result.Build();
    }
}
