using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Replaces every match of a pattern by a fixed text.</summary>
internal sealed class ReplaceNormalizer(MatchFinder find, string content) : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var text = source.Text.Span;
        var result = new NormalizedTextBuilder(source);
        for (var position = 0; find(text, position, source.Budget, out var start, out var end); position = end)
        {
            result.Replace(start, end, content);
        }

        return result.Build();
    }
}
