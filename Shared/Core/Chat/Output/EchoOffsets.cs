using System.Text;
using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>
/// Says where a prompt's tokens begin in its text, in characters (code points). The text is the client's own: a beginning-of-text token that the
/// model's authors want is not in it, nor is the space that some tokenizers put in front.
/// </summary>
/// <param name="text">The prompt as it is echoed.</param>
internal sealed class EchoOffsets(string text)
{
    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
    private int _place;         // bytes that the tokens so far cover
    private int _characters;    // of these

    /// <summary>Characters of the whole text.</summary>
    public int Length { get; } = text.EnumerateRunes().Count();

    /// <summary>Where the next token begins: one that goes on with a character begins where that one does.</summary>
    public int Next(TokenLogprob entry)
    {
        var offset = _place < _text.Length && GoesOn(_text[_place]) ? _characters - 1 : _characters;
        for (var end = _place + LengthOf(entry); _place < end; _place++)
        {
            _characters += GoesOn(_text[_place]) ? 0 : 1;
        }

        return offset;
    }

    /// <summary>How many bytes of the text are the token's. What a tokenizer has normalized counts by its length, as near as it gets.</summary>
    private int LengthOf(TokenLogprob entry)
    {
        byte[] bytes = [.. (entry.Bytes ?? []).Select(value => (byte)value)];
        var rest = _text.AsSpan(_place);
        if (rest.StartsWith(bytes))
        {
            return bytes.Length;
        }

        if (bytes is [(byte)' ', .. var bare] && rest.StartsWith(bare))
        {
            return bare.Length;
        }

        return entry.HasText ? Math.Min(bytes.Length, rest.Length) : 0;
    }

    /// <summary>Whether a byte of UTF-8 belongs to the character before it.</summary>
    public static bool GoesOn(int value) => (value & 0xC0) == 0x80;
}
