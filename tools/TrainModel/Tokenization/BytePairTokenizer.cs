using System.Text;
using System.Text.RegularExpressions;

namespace Rill.TrainModel.Tokenization;

/// <summary>
/// A byte-level BPE tokenizer as the trainer needs it. Ids 0 to 255 are the bytes, then one id for each merge in order of rank, then the
/// added tokens.
/// </summary>
internal sealed partial class BytePairTokenizer
{
    /// <summary>How text is cut before merging, as Qwen does: contractions, words with one leading sign or space, single digits, signs.</summary>
    public const string SplitPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly Dictionary<(int Left, int Right), int> _ranks = [];
    private readonly Dictionary<string, int[]> _cache = [];
    private readonly List<byte[]> _bytes = [];
    private readonly Regex _addedTokens;

    /// <summary>Makes a tokenizer of merges, each a pair of ids below its own.</summary>
    public BytePairTokenizer(IReadOnlyList<(int Left, int Right)> merges, IReadOnlyList<string> addedTokens)
    {
        (Merges, AddedTokens) = (merges, addedTokens);
        _addedTokens = new Regex($"({string.Join('|', addedTokens.Select(Regex.Escape))})");
        for (var value = 0; value < 256; value++)
        {
            _bytes.Add([(byte)value]);
        }

        foreach (var merge in merges)
        {
            _ranks.Add(merge, _bytes.Count);
            _bytes.Add([.. _bytes[merge.Left], .. _bytes[merge.Right]]);
        }

        _bytes.AddRange(addedTokens.Select(Encoding.UTF8.GetBytes));
    }

    /// <summary>The merges, best rank first; the merge at i makes id 256 + i.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges { get; }

    /// <summary>The added tokens; the one at i has id 256 + number of merges + i.</summary>
    public IReadOnlyList<string> AddedTokens { get; }

    /// <summary>Number of ids.</summary>
    public int VocabularySize => _bytes.Count;

    /// <summary>The bytes of a token.</summary>
    public ReadOnlySpan<byte> GetBytes(int id) => _bytes[id];

    /// <summary>The id of an added token.</summary>
    public int IdOf(string addedToken) => 256 + Merges.Count + AddedTokens.ToList().IndexOf(addedToken);

    /// <summary>The ids of a text in which added tokens count as such.</summary>
    public List<int> Encode(string text)
    {
        var ids = new List<int>();
        foreach (var part in _addedTokens.Split(text))
        {
            if (AddedTokens.Contains(part))
            {
                ids.Add(IdOf(part));
                continue;
            }

            foreach (var word in Words(part))
            {
                ids.AddRange(EncodeWord(word));
            }
        }

        return ids;
    }

    /// <summary>The text of the ids; bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.SelectMany(id => _bytes[id])]);

    /// <summary>Cuts text into the stretches inside which merges happen.</summary>
    public static IEnumerable<string> Words(string text) => Split().Matches(text).Select(match => match.Value);

    private int[] EncodeWord(string word)
    {
        if (_cache.TryGetValue(word, out var known))
        {
            return known;
        }

        var ids = Encoding.UTF8.GetBytes(word).Select(value => (int)value).ToList();
        while (ids.Count > 1)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                if (_ranks.TryGetValue((ids[i], ids[i + 1]), out var rank) && rank < best)
                {
                    (best, at) = (rank, i);
                }
            }

            if (at < 0)
            {
                break;
            }

            ids[at] = best;
            ids.RemoveAt(at + 1);
        }

        return _cache[word] = [.. ids];
    }

    [GeneratedRegex(SplitPattern)]
    private static partial Regex Split();
}
