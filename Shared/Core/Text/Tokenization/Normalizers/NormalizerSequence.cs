namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Several normalizers, one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        foreach (var step in steps)
        {
            // A step that finds nothing to do has looked at the text all the same.
            source.Budget.Spend(source.Text.Length);
            source = step.Apply(source);
        }

        return source;
    }
}
