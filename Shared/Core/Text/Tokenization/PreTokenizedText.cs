namespace Rill.Text.Tokenization;

/// <summary>A text while it is cut into words; steps replace the pieces, and some the text itself.</summary>
internal sealed class PreTokenizedText(ReadOnlyMemory<char> text)
{
    /// <summary>The text the pieces lie in.</summary>
    public ReadOnlyMemory<char> Text { get; set; } = text;

    /// <summary>The pieces, in order, none empty.</summary>
    public List<Piece> Pieces { get; set; } = text.IsEmpty ? [] : [new(0, text.Length)];
}
