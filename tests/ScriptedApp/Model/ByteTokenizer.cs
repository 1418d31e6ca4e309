using System.Collections.Frozen;
using System.Text;
using Rill.Text;

namespace Rill.ScriptedApp.Model;

/// <summary>
/// A tokenizer without a vocabulary: ids 0 to 255 are the bytes of UTF-8, the ones above are control tokens. Immutable and thread-safe.
/// </summary>
internal sealed class ByteTokenizer : ITokenizer
{
    /// <summary>The id of the end-of-text token.</summary>
    public const int EndOfText = 256;

    /// <summary>The id of the token that opens a turn.</summary>
    public const int TurnStart = 257;

    /// <summary>The id of the token that ends a turn.</summary>
    public const int TurnEnd = 258;

    private static readonly string[] s_specialTexts = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    private static readonly byte[][] s_bytes = [.. AllBytes()];
    private static readonly FrozenDictionary<string, int> s_special =
        s_specialTexts.Select((text, index) => (text, index)).ToFrozenDictionary(pair => pair.text, pair => EndOfText + pair.index);

    /// <inheritdoc/>
    public int VocabularySize => s_bytes.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ids = new List<int>();
        foreach (var run in prompt.Runs)
        {
            if (run.FromRequest)
            {
                AddBytes(run.Text, ids);
            }
            else
            {
                AddTemplate(run.Text, ids);
            }
        }

        return ids;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int tokenId) => (uint)tokenId < (uint)s_bytes.Length ? s_bytes[tokenId] : [];

    /// <inheritdoc/>
    public bool IsSpecial(int tokenId) => tokenId >= EndOfText && tokenId < s_bytes.Length;

    /// <inheritdoc/>
    public int? FindToken(string text) => s_special.TryGetValue(text, out var id) ? id : null;

    private static IEnumerable<byte[]> AllBytes() =>
        [.. Enumerable.Range(0, 256).Select(value => new[] { (byte)value }), .. s_specialTexts.Select(Encoding.UTF8.GetBytes)];

    private static void AddTemplate(string text, List<int> ids)
    {
        var start = 0;
        for (var index = text.IndexOf("<|", StringComparison.Ordinal); index >= 0; index = text.IndexOf("<|", index, StringComparison.Ordinal))
        {
            var token = Array.FindIndex(s_specialTexts, special => string.CompareOrdinal(text, index, special, 0, special.Length) == 0);
            if (token < 0)
            {
                index += 2;
                continue;
            }

            AddBytes(text.AsSpan(start, index - start), ids);
            ids.Add(EndOfText + token);
            index += s_specialTexts[token].Length;
            start = index;
        }

        AddBytes(text.AsSpan(start), ids);
    }

    private static void AddBytes(ReadOnlySpan<char> text, List<int> ids)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        foreach (var value in bytes)
        {
            ids.Add(value);
        }
    }
}
