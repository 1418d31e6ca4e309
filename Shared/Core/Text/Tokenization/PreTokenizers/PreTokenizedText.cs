namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>A text while it is cut into words; steps replace the pieces, and some the text itself.</summary>
/// <param name="text">The normalized text.</param>
/// <param name="beginsPrompt">True when its first character stands for the first of the whole prompt.</param>
/// <param name="budget">What the steps may cost.</param>
internal sealed class PreTokenizedText(ReadOnlyMemory<char> text, bool beginsPrompt, EncodingBudget budget)
{
    /// <summary>What the steps may cost.</summary>
    public EncodingBudget Budget { get; } = budget;

    /// <summary>The text the pieces lie in.</summary>
    public ReadOnlyMemory<char> Text { get; private set; } = text;

    /// <summary>The text as it was before its bytes were mapped, for people.</summary>
    public ReadOnlyMemory<char> Readable { get; private set; } = text;

    /// <summary>True when position 0 is the beginning of the whole prompt.</summary>
    public bool BeginsPrompt { get; } = beginsPrompt;

    /// <summary>The pieces, in order, none empty.</summary>
    public List<Piece> Pieces { get; set; } = text.IsEmpty ? [] : [new(0, text.Length)];

    /// <summary>Takes another text, and the pieces in it.</summary>
    public void Rewrite(ReadOnlyMemory<char> text, List<Piece> pieces)
    {
        (Text, Readable, Pieces) = (text, text, pieces);
    }

    /// <summary>Takes the text in the <see cref="ByteAlphabet"/>, and the pieces in it.</summary>
    public void Map(ReadOnlyMemory<char> text, List<Piece> pieces)
    {
        (Text, Pieces) = (text, pieces);
    }
}
