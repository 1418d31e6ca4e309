namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>One step of cutting text into words. Thread-safe.</summary>
internal abstract class PreTokenizer
{
    public abstract void Apply(PreTokenizedText text);
}
