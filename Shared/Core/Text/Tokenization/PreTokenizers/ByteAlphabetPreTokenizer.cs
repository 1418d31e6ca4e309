using System.Text;

namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>Writes each piece's UTF-8 bytes in the <see cref="ByteAlphabet"/>, for steps after ByteLevel: they see the mapped text.</summary>
internal sealed class ByteAlphabetPreTokenizer : PreTokenizer
{
    public override void Apply(PreTokenizedText text)
    {
        var source = text.Text.Span;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(source.Length)];
        var characters = new char[bytes.Length];
        var pieces = new List<Piece>(text.Pieces.Count);
        var used = 0;
        foreach (var piece in text.Pieces)
        {
            var start = used;
            var count = Encoding.UTF8.GetBytes(source[piece.Start..piece.End], bytes);
            foreach (var value in bytes.AsSpan(0, count))
            {
                characters[used++] = ByteAlphabet.ToCharacter(value);
            }

            pieces.Add(new(start, used));
        }

        text.Map(characters.AsMemory(0, used), pieces);
    }
}
