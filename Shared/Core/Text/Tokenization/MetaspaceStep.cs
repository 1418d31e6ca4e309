using System.Text;

namespace Rill.Text.Tokenization;

/// <summary>Where <see cref="MetaspaceStep"/> puts a mark that the text lacks.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

/// <summary>Writes spaces as marks and puts a mark before each piece that has none, or only before the one that begins the prompt.</summary>
internal sealed class MetaspaceStep(char mark, PrependScheme scheme) : PreTokenizerStep
{
    /// <inheritdoc/>
    public override void Apply(PreTokenizedText text)
    {
        var source = text.Text.Span;
        var result = new StringBuilder(source.Length + text.Pieces.Count);
        var pieces = new List<Piece>(text.Pieces.Count);
        foreach (var piece in text.Pieces)
        {
            var start = result.Length;
            if (IsPrepended(piece, text) && source[piece.Start] != ' ' && source[piece.Start] != mark)
            {
                result.Append(mark);
            }

            result.Append(source[piece.Start..piece.End]);
            pieces.Add(new(start, result.Length));
        }

        text.Rewrite(result.Replace(' ', mark).ToString().AsMemory(), pieces);
    }

    private bool IsPrepended(Piece piece, PreTokenizedText text) =>
        scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.BeginsPrompt && piece.Start == 0);
}
