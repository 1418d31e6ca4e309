using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Output.Parsing;

/// <summary>A tokenizer whose tokens are whatever pieces a test cuts its text into, beside added tokens for marks.</summary>
internal sealed class PieceTokenizer : ITokenizer
{
    private readonly List<byte[]> _bytes = [];
    private readonly Dictionary<string, int> _added = [];

    /// <summary>A tokenizer with these control tokens.</summary>
    public PieceTokenizer(params IEnumerable<string> added)
    {
        foreach (var text in added.Distinct())
        {
            _added.Add(text, _bytes.Count);
            _bytes.Add(Encoding.UTF8.GetBytes(text));
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _bytes.Count;

    /// <summary>The id of a new token with these bytes.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        _bytes.Add(bytes.ToArray());
        return _bytes.Count - 1;
    }

    /// <summary>Cuts a text into tokens: its marks as they are, between them pieces of as many bytes as asked for.</summary>
    public IReadOnlyList<int> Cut(string text, Func<int> pieceLength)
    {
        var ids = new List<int>();
        var plain = new List<byte>();
        for (var start = 0; start < text.Length;)
        {
            var mark = _added.Keys.Where(each => string.CompareOrdinal(text, start, each, 0, each.Length) == 0).MaxBy(each => each.Length);
            if (mark is null)
            {
                var length = char.IsHighSurrogate(text[start]) ? 2 : 1;
                plain.AddRange(Encoding.UTF8.GetBytes(text.Substring(start, length)));
                start += length;
                continue;
            }

            CutPlain(plain, pieceLength, ids);
            ids.Add(_added[mark]);
            start += mark.Length;
        }

        CutPlain(plain, pieceLength, ids);
        return ids;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int tokenId) => _bytes[tokenId];

    /// <inheritdoc/>
    public bool IsSpecial(int tokenId) => tokenId < _added.Count;

    /// <inheritdoc/>
    public int? FindToken(string text) => _added.TryGetValue(text, out var id) ? id : null;

    private void CutPlain(List<byte> plain, Func<int> pieceLength, List<int> ids)
    {
        for (var start = 0; start < plain.Count;)
        {
            var length = Math.Min(Math.Max(pieceLength(), 1), plain.Count - start);
            ids.Add(Add(plain.GetRange(start, length).ToArray()));
            start += length;
        }

        plain.Clear();
    }
}
