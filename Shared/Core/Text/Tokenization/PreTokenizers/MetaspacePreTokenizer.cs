namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>Where <see cref="MetaspacePreTokenizer"/> puts a mark that the text lacks.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as marks and puts a mark before each piece that has none, or only before the one that begins the prompt.</summary>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme scheme) : PreTokenizer
{
    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        var source = text.Text.Span;
        var result = new char[source.Length + text.Pieces.Count];
        var pieces = new List<Piece>(text.Pieces.Count);
        var length = 0;
        foreach (var piece in text.Pieces)
        {
            var start = length;
            if (IsPrepended(piece, text) && source[piece.Start] != ' ' && source[piece.Start] != mark)
            {
                result[length++] = mark;
            }

            source[piece.Start..piece.End].Replace(result.AsSpan(length), ' ', mark);
            length += piece.End - piece.Start;
            pieces.Add(new(start, length));
        }

        text.Rewrite(result.AsMemory(0, length), pieces);
    }

    private bool IsPrepended(Piece piece, PreTokenizedText text) =>
        scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.BeginsPrompt && piece.Start == 0);
}
