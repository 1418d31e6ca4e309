using System.Text;

namespace Rill.TrainModel.Tokenization;

/// <summary>
/// Learns byte-pair merges (Sennrich and others, 2016): again and again, the most frequent pair of neighbours becomes one symbol. Equal
/// counts are decided by the smaller ids, so that the result depends on the text alone. Letters merge among themselves first and with the
/// space before them last: so a word has the same pieces after a space, a quote and a bracket, and a model copies it from one to the other.
/// </summary>
internal sealed class BytePairTrainer
{
    private const double SpacedShare = 0.25;    // of the merges: those of a space with a piece that often begins a word

    private readonly Dictionary<string, int> _wordCounts = [];
    private readonly Dictionary<string, int> _spacedCounts = [];
    private readonly Dictionary<(int, int), int> _pairCounts = [];
    private readonly Dictionary<(int, int), HashSet<int>> _wordsWithPair = [];

    /// <summary>Counts the words of a text, which must hold no added tokens.</summary>
    public void Add(string text)
    {
        foreach (var word in BytePairTokenizer.Words(text))
        {
            var isLed = word.Length > 1 && !char.IsLetter(word[0]) && char.IsLetter(word[1]);    // by the sign or space before it
            var letters = isLed ? word[1..] : word;
            Count(_wordCounts, letters);
            if (isLed && word[0] == ' ')
            {
                Count(_spacedCounts, letters);
            }
        }
    }

    /// <summary>Learns so many merges, or fewer when no pair occurs twice any more.</summary>
    public IReadOnlyList<(int Left, int Right)> Learn(int count)
    {
        var words = _wordCounts.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (Text: entry.Key, Symbols: Encoding.UTF8.GetBytes(entry.Key).Select(value => (int)value).ToList(), Count: entry.Value)).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            CountPairs(words[i].Symbols, words[i].Count, i);
        }

        var merges = new List<(int Left, int Right)>();
        while (merges.Count < count - (int)(count * SpacedShare) && _pairCounts.Count > 0)
        {
            var (pair, occurrences) = _pairCounts.MaxBy(entry => (entry.Value, -entry.Key.Item1, -entry.Key.Item2));
            if (occurrences < 2)
            {
                break;
            }

            merges.Add(pair);
            foreach (var i in _wordsWithPair[pair].Order().ToList())
            {
                CountPairs(words[i].Symbols, -words[i].Count, i);
                Join(words[i].Symbols, pair, 255 + merges.Count);
                CountPairs(words[i].Symbols, words[i].Count, i);
            }
        }

        var firsts = words.Where(word => _spacedCounts.ContainsKey(word.Text)).GroupBy(word => word.Symbols[0])
            .Select(group => (Symbol: group.Key, Count: group.Sum(word => _spacedCounts[word.Text])));
        merges.AddRange(firsts.Where(first => first.Count > 1).OrderByDescending(first => first.Count).ThenBy(first => first.Symbol)
            .Take((int)(count * SpacedShare)).Select(first => ((int)' ', first.Symbol)));
        return merges;
    }

    private static void Count(Dictionary<string, int> counts, string word) => counts[word] = counts.GetValueOrDefault(word) + 1;

    private void CountPairs(List<int> symbols, int count, int word)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            var pair = (symbols[i], symbols[i + 1]);
            var total = _pairCounts.GetValueOrDefault(pair) + count;
            if (total == 0)
            {
                _pairCounts.Remove(pair);
                _wordsWithPair.Remove(pair);
                continue;
            }

            _pairCounts[pair] = total;
            if (!_wordsWithPair.TryGetValue(pair, out var words))
            {
                _wordsWithPair[pair] = words = [];
            }

            words.Add(word);
        }
    }

    private static void Join(List<int> symbols, (int Left, int Right) pair, int joined)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (symbols[i] == pair.Left && symbols[i + 1] == pair.Right)
            {
                symbols[i] = joined;
                symbols.RemoveAt(i + 1);
            }
        }
    }
}
