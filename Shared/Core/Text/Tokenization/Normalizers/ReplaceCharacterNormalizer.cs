namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Replaces one UTF-16 unit by another: spaces by space marks, usually. Every position and origin stays.</summary>
internal sealed class ReplaceCharacterNormalizer(char character, char replacement) : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        if (!source.Text.Span.Contains(character))
        {
            return source;
        }

        source.Budget.Make(source.Text.Length);
        var text = new char[source.Text.Length];
        source.Text.Span.Replace(text, character, replacement);
        return source with { Text = text };
    }
}
