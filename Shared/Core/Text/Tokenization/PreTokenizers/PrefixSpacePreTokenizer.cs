using System.Text;

namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>Puts a space before each piece that has none: ByteLevel's add_prefix_space.</summary>
internal sealed class PrefixSpacePreTokenizer : PreTokenizer
{
    public override void Apply(PreTokenizedText text)
    {
        var source = text.Text.Span;
        var result = new StringBuilder(source.Length + text.Pieces.Count);
        var pieces = new List<Piece>(text.Pieces.Count);
        foreach (var piece in text.Pieces)
        {
            var start = result.Length;
            if (source[piece.Start] != ' ')
            {
                result.Append(' ');
            }

            result.Append(source[piece.Start..piece.End]);
            pieces.Add(new(start, result.Length));
        }

        text.Rewrite(result.ToString().AsMemory(), pieces);
    }
}
