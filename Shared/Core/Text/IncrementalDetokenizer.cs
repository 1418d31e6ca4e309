using System.Text;

namespace Rill.Text;

/// <summary>
/// Turns a sequence's ids into text as they come. Only the first bytes of an unfinished character are held back, so that the parts joined
/// equal the whole decoded at once, wherever it was cut. Not thread-safe: one for each sequence.
/// </summary>
/// <param name="tokenizer">Gives the bytes of ids.</param>
/// <param name="skipSpecialTokens">True to leave control tokens out of the text.</param>
public sealed class IncrementalDetokenizer(ITokenizer tokenizer, bool skipSpecialTokens = true)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The text that this id completes; empty when it completes none.</summary>
    public string Push(int id) => skipSpecialTokens && tokenizer.IsSpecial(id) ? "" : Decode(tokenizer.GetBytes(id), flush: false);

    /// <summary>At the end of a sequence: U+FFFD when a character was left unfinished, else the empty text. Ready for the next one.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        const int OnStack = 256;
        var size = Encoding.UTF8.GetMaxCharCount(bytes.Length);
        var characters = size <= OnStack ? stackalloc char[OnStack] : new char[size];
        var count = _decoder.GetChars(bytes, characters, flush);
        return count == 0 ? "" : new(characters[..count]);
    }
}
