using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Bytes, an end token, and marks that are tokens of their own.</summary>
internal sealed class MarkedTokenizer(params string[] marks) : ITokenizer
{
    public const int End = 256;

    private readonly byte[][] _bytes =
        [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. marks.Prepend("<|end|>").Select(Encoding.UTF8.GetBytes)];

    public int VocabularySize => _bytes.Length;

    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default)
    {
        var ids = new List<int>();
        foreach (var run in prompt.Runs)
        {
            for (var at = 0; at < run.Text.Length;)
            {
                var mark = run.FromRequest ? -1 : Array.FindIndex(marks, mark => run.Text.AsSpan(at).StartsWith(mark));
                var rune = Rune.GetRuneAt(run.Text, at);
                ids.AddRange(mark < 0 ? Encoding.UTF8.GetBytes(rune.ToString()).Select(value => (int)value) : [End + 1 + mark]);
                at += mark < 0 ? rune.Utf16SequenceLength : marks[mark].Length;
            }
        }

        return ids;
    }

    public ReadOnlySpan<byte> GetBytes(int tokenId) => (uint)tokenId < (uint)_bytes.Length ? _bytes[tokenId] : [];

    public bool IsSpecial(int tokenId) => tokenId == End || (tokenId > End && _bytes[tokenId][1] == '|');

    public int? FindToken(string text) => Array.IndexOf(marks, text) is var mark and >= 0 ? End + 1 + mark : text == "<|end|>" ? End : null;
}
