namespace Rill.Text.Tokenization.Bpe;

/// <summary>Turns a word, as the pre-tokenizer has cut it, into tokens. Thread-safe.</summary>
internal abstract class WordModel
{
    /// <summary>Appends the tokens of a word.</summary>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> output);
}
