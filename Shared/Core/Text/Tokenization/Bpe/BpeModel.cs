namespace Rill.Text.Tokenization.Bpe;

/// <summary>Turns a word, as the pre-tokenizer has cut it, into tokens. Thread-safe.</summary>
internal abstract class BpeModel
{
    /// <summary>Appends the tokens of a word; merging a long one takes steps of the budget.</summary>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> output, EncodingBudget budget);
}
