namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Where a text may be cut so that its parts, encoded one by one, give the tokens of the whole: between two characters that no merge joins,
/// for then no token ever reaches across, and what happens on one side does not touch the other. SentencePiece-style models take a whole
/// text for one word, yet hardly any of them joins a letter to a space mark behind it, or to most punctuation: the parts are words, come
/// again, and can be remembered. Characters are told apart in ASCII and the space mark; all others count as one kind, and are cut off only
/// from what follows them.
/// </summary>
internal sealed class MergeSeams
{
    private const int Mark = 128;
    private const int Other = 129;
    private const int Kinds = 130;

    private readonly bool[] _isJoined = new bool[Kinds * Kinds];

    public MergeSeams()
    {
        for (var first = 0; first < Kinds; first++)
        {
            _isJoined[Index(first, Other)] = true;
        }
    }

    private static ReadOnlySpan<byte> MarkBytes => [0xE2, 0x96, 0x81];

    /// <summary>Learns that a merge joins two tokens, given as UTF-8.</summary>
    public void Join(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var (last, first) = (Kind(left[^1], left.EndsWith(MarkBytes)), Kind(right[0], right.StartsWith(MarkBytes)));
        _isJoined[Index(last, first)] = true;
    }

    /// <summary>Forbids cuts before and behind a character; one beyond ASCII stands for all of its kind.</summary>
    public void Close(char character)
    {
        for (var other = 0; other < Kinds; other++)
        {
            _isJoined[Index(other, Kind(character))] = true;
            _isJoined[Index(Kind(character), other)] = true;
        }
    }

    /// <summary>The length of a text's first part; the text must not be empty.</summary>
    public int FirstPart(ReadOnlySpan<char> text)
    {
        var isJoined = _isJoined;
        var before = Kind(text[0]);
        for (var index = 1; index < text.Length; index++)
        {
            var kind = Kind(text[index]);
            if (!isJoined[Index(before, kind)])
            {
                return index;
            }

            before = kind;
        }

        return text.Length;
    }

    private static int Index(int first, int second) => (first * Kinds) + second;

    private static int Kind(byte edge, bool isMark) => isMark ? Mark : edge < Mark ? edge : Other;

    private static int Kind(char character) => character < Mark ? character : character == SpaceMark.Character ? Mark : Other;
}
