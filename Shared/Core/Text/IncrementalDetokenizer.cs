using System.Text;

namespace Rill.Text;

/// <summary>
/// Turns a sequence's ids into text as they come. Only the first bytes of an unfinished character are held back, so that the parts joined
/// equal the bytes of all ids decoded at once, wherever they were cut. Not thread-safe: one for each sequence.
/// </summary>
public sealed class IncrementalDetokenizer
{
    private readonly ITokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly bool _continuesText;
    private readonly Encoding _encoding;
    private readonly byte[] _held = new byte[Utf8Tail.Longest];
    private int _heldCount;
    private bool _isOpening;
    private int _trimLeft;

    /// <summary>Creates a detokenizer at the beginning of a sequence.</summary>
    /// <param name="tokenizer">Gives the bytes of ids.</param>
    /// <param name="skipSpecialTokens">True to leave control tokens out of the text.</param>
    /// <param name="continuesText">True where the sequence goes on with a text, so that a space which it begins with is kept.</param>
    public IncrementalDetokenizer(ITokenizer tokenizer, bool skipSpecialTokens = true, bool continuesText = false)
    {
        (_tokenizer, _skipSpecialTokens, _continuesText) = (tokenizer, skipSpecialTokens, continuesText);
        _encoding = tokenizer.HasByteTokens ? ByteReplacement.Utf8 : Encoding.UTF8;
        Begin();
    }

    /// <summary>True when bytes of an unfinished character are held back.</summary>
    internal bool IsHolding => _heldCount > 0;

    /// <summary>The text that this id completes; empty when it completes none.</summary>
    public string Push(int id)
    {
        if (_skipSpecialTokens && _tokenizer.IsSpecial(id))
        {
            return "";
        }

        var text = Decode(_isOpening ? _tokenizer.GetOpeningBytes(id) : _tokenizer.GetBytes(id));
        _isOpening &= !_tokenizer.Contains(id);
        return Trim(text);
    }

    /// <summary>At the end of a sequence: U+FFFD when a character was left unfinished, else the empty text. Ready for the next one.</summary>
    public string Flush()
    {
        var text = _encoding.GetString(_held.AsSpan(0, _heldCount));
        Begin();
        return text;
    }

    private void Begin() => (_heldCount, _isOpening, _trimLeft) = (0, !_continuesText, _continuesText ? 0 : _tokenizer.LeadingTrim.Count);

    private string Decode(ReadOnlySpan<byte> bytes)
    {
        const int OnStack = 256;
        var size = _heldCount + bytes.Length;
        var all = size <= OnStack ? stackalloc byte[OnStack] : new byte[size];
        all = all[..size];
        _held.AsSpan(0, _heldCount).CopyTo(all);
        bytes.CopyTo(all[_heldCount..]);
        _heldCount = Utf8Tail.IncompleteLength(all);
        all[^_heldCount..].CopyTo(_held);
        return _encoding.GetString(all[..^_heldCount]);
    }

    private string Trim(string text)
    {
        if (_trimLeft == 0 || text.Length == 0)
        {
            return text;
        }

        var start = 0;
        while (start < text.Length && _trimLeft > 0 && text[start] == _tokenizer.LeadingTrim.Character)
        {
            start++;
            _trimLeft--;
        }

        _trimLeft = start < text.Length ? 0 : _trimLeft;
        return text[start..];
    }
}
