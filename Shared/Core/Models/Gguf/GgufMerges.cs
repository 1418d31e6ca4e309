namespace Rill.Models.Gguf;

/// <summary>The merges of a GGUF file's tokens.</summary>
internal static class GgufMerges
{
    private const int LongestPiece = 256;    // SentencePiece's own limit is 16 characters unless somebody raises it

    /// <summary>
    /// Takes "left right" apart. Files may have merges of what is no token, since they are only looked up by their texts; such never happen.
    /// </summary>
    public static IEnumerable<(string Left, string Right)> OfTokens(IEnumerable<string> merges, IReadOnlySet<string> tokens) =>
        from merge in merges
        let space = merge.IndexOf(' ', StringComparison.Ordinal)
        where space > 0
        let pair = (Left: merge[..space], Right: merge[(space + 1)..])
        where tokens.Contains(pair.Left) && tokens.Contains(pair.Right) && tokens.Contains(pair.Left + pair.Right)
        select pair;

    /// <summary>
    /// Writes pieces with scores as merges, the first one first: a pair may be merged when what it makes is a piece, the higher its score the
    /// sooner.
    /// </summary>
    public static IEnumerable<(string Left, string Right)> FromScores(GgufVocabulary vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        for (var id = vocabulary.Tokens.Count - 1; id >= 0; id--)
        {
            if (vocabulary.IsPiece(id))
            {
                ids[vocabulary.Tokens[id]] = id;
            }
        }

        var scores = vocabulary.Scores;
        return ids.Keys.Where(piece => piece.Length is > 1 and <= LongestPiece)
            .SelectMany(piece => Pairs(piece, ids).OrderBy(pair => pair))
            .Select(pair => (Left: vocabulary.Tokens[pair.Left], Right: vocabulary.Tokens[pair.Right]))
            .OrderByDescending(pair => scores[ids[pair.Left + pair.Right]])
            .ThenBy(pair => ids[pair.Left + pair.Right]);
    }

    private static IEnumerable<(int Left, int Right)> Pairs(string piece, Dictionary<string, int> ids)
    {
        for (var at = 1; at < piece.Length; at++)
        {
            if (ids.TryGetValue(piece[..at], out var left) && ids.TryGetValue(piece[at..], out var right))
            {
                yield return (left, right);
            }
        }
    }
}
