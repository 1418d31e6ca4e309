namespace Rill.Text.Tokenization.Normalizers;

/// <summary>One step that rewrites text before it is cut into words. Thread-safe.</summary>
internal abstract class Normalizer
{
    /// <summary>
    /// Rewrites a text, keeping track of who wrote what; characters made from both origins count as the request's. What it writes is taken
    /// from the text's budget before.
    /// </summary>
    public abstract NormalizedText Apply(NormalizedText source);

    /// <summary>Rewrites a text of our own.</summary>
    public string Apply(string text, EncodingBudget budget) =>
        Apply(new NormalizedText(text.AsMemory(), TemplateSpans.All(text.Length), BeginsPrompt: true, budget)).Text.ToString();
}
