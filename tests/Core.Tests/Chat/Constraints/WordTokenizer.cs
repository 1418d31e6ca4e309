using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>ASCII, a line end and some words; texts are cut into the longest of them from the left. Id 0 ends a turn.</summary>
internal sealed class WordTokenizer(params string[] words) : ITokenizer
{
    public const int End = 0;

    private readonly string[] _pieces = ["<|end|>", "\n", .. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => ((char)code).ToString()), .. words];

    public int VocabularySize => _pieces.Length;

    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default) => Encode(prompt.ToString());

    public int[] Encode(string text)
    {
        var ids = new List<int>();
        for (var at = 0; at < text.Length; at += _pieces[ids[^1]].Length)
        {
            var rest = text.AsSpan(at).ToString();
            ids.Add(Enumerable.Range(1, _pieces.Length - 1).Where(id => rest.StartsWith(_pieces[id], StringComparison.Ordinal)).MaxBy(id => _pieces[id].Length));
            Assert.NotEqual(End, ids[^1]);
        }

        return [.. ids];
    }

    public ReadOnlySpan<byte> GetBytes(int tokenId) => (uint)tokenId < (uint)_pieces.Length ? Encoding.UTF8.GetBytes(_pieces[tokenId]) : [];

    public string Decode(IEnumerable<int> ids) => string.Concat(ids.Select(id => _pieces[id]));

    public bool IsSpecial(int tokenId) => tokenId == End;

    public int? FindToken(string text) => text == _pieces[End] ? End : null;
}
