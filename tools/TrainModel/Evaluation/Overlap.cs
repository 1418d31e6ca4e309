using System.Text.RegularExpressions;

namespace Rill.TrainModel.Evaluation;

/// <summary>
/// The longest stretch of words that a sample shares with the corpus. A suffix automaton of the sample (Blumer and others, 1985) reads the
/// corpus word by word, so that the corpus need not be kept.
/// </summary>
internal sealed partial class Overlap
{
    private readonly List<Dictionary<string, int>> _next = [[]];
    private readonly List<int> _link = [-1];
    private readonly List<int> _length = [0];
    private int _last;
    private (int Length, int End) _best;
    private string[] _bestWords = [];

    /// <summary>Takes the sample.</summary>
    public Overlap(string sample)
    {
        var words = Words(sample);
        WordCount = words.Length;
        foreach (var word in words)
        {
            Extend(word);
        }
    }

    /// <summary>Words of the sample.</summary>
    public int WordCount { get; }

    /// <summary>Words of the longest stretch found so far.</summary>
    public int Longest => _best.Length;

    /// <summary>That stretch.</summary>
    public string LongestText => string.Join(' ', _bestWords);

    /// <summary>Words and signs; case counts.</summary>
    public static string[] Words(string text) => [.. Word().Matches(text).Select(match => match.Value)];

    /// <summary>Looks through one text of the corpus.</summary>
    public void Read(string[] corpus)
    {
        var (state, length) = (0, 0);
        for (var i = 0; i < corpus.Length; i++)
        {
            while (state != 0 && !_next[state].ContainsKey(corpus[i]))
            {
                state = _link[state];
                length = _length[state];
            }

            if (_next[state].TryGetValue(corpus[i], out var following))
            {
                (state, length) = (following, length + 1);
            }

            if (length > _best.Length)
            {
                _best = (length, i);
                _bestWords = corpus[(i - length + 1)..(i + 1)];
            }
        }
    }

    private void Extend(string word)
    {
        var current = Add(_length[_last] + 1, []);
        var state = _last;
        while (state >= 0 && _next[state].TryAdd(word, current))
        {
            state = _link[state];
        }

        if (state < 0)
        {
            _link[current] = 0;
        }
        else
        {
            _link[current] = Split(state, word);
        }

        _last = current;
    }

    /// <summary>The state that stands exactly for the state's text and the word; made if the present one stands for more.</summary>
    private int Split(int state, string word)
    {
        var target = _next[state][word];
        if (_length[state] + 1 == _length[target])
        {
            return target;
        }

        var clone = Add(_length[state] + 1, new(_next[target]));
        _link[clone] = _link[target];
        _link[target] = clone;
        for (; state >= 0 && _next[state].GetValueOrDefault(word, -1) == target; state = _link[state])
        {
            _next[state][word] = clone;
        }

        return clone;
    }

    private int Add(int length, Dictionary<string, int> next)
    {
        _next.Add(next);
        _link.Add(0);
        _length.Add(length);
        return _next.Count - 1;
    }

    [GeneratedRegex(@"[\p{L}\p{N}']+|[^\s\p{L}\p{N}]")]
    private static partial Regex Word();
}
