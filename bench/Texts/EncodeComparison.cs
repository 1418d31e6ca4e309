using Rill.Bench.Measure;

namespace Rill.Bench.Texts;

/// <summary>
/// One tokenizer and one set of texts, by Rill and by the peer in turn. Cold: each side loads the tokenizer afresh, so that whatever it
/// remembers of words is gone, and encodes every document once. Warm: each side encodes the documents again that it has just seen.
/// </summary>
internal sealed class EncodeComparison
{
    private const int WarmPasses = 4;

    private readonly List<Round> _rounds = [];
    private readonly TextSet _texts;

    /// <summary>Checks that both sides give the same ids, then measures.</summary>
    /// <exception cref="InvalidOperationException">Some ids differ.</exception>
    public EncodeComparison(string directory, TextSet texts, OwnTokenizer own, PeerTokenizer peer, int rounds)
    {
        _texts = texts;
        var file = Path.Combine(directory, "tokenizer.json");
        own.Load(directory);
        peer.Load(file);
        CheckIds(directory, own.Encode(texts), peer.Encode(texts));
        for (var index = 0; index < rounds; index++)
        {
            _rounds.Add(index % 2 == 0
                ? new(MeasureOwn(directory, own), MeasurePeer(file, peer))
                : Swap(MeasurePeer(file, peer), MeasureOwn(directory, own)));
        }

        Round Swap(Side second, Side first) => new(first, second);
    }

    /// <summary>Rill's megabytes of UTF-8 a second, a value a round.</summary>
    public Summary OwnSpeed(bool isWarm) => new(_rounds.Select(round => _texts.Bytes / 1e3 / round.Own.Milliseconds(isWarm)));

    /// <summary>The peer's megabytes of UTF-8 a second, a value a round.</summary>
    public Summary PeerSpeed(bool isWarm) => new(_rounds.Select(round => _texts.Bytes / 1e3 / round.Peer.Milliseconds(isWarm)));

    /// <summary>How many times the peer's speed is Rill's, a value a round.</summary>
    public Summary Ratio(bool isWarm) => new(_rounds.Select(round => round.Peer.Milliseconds(isWarm) / round.Own.Milliseconds(isWarm)));

    /// <summary>Bytes that Rill allocates for a token, a value a round.</summary>
    public Summary AllocatedPerToken(bool isWarm) =>
        new(_rounds.Select(round => (isWarm ? round.Own.WarmBytes : round.Own.ColdBytes) / round.Own.Tokens));

    private void CheckIds(string directory, IReadOnlyList<int[]> own, IReadOnlyList<int[]> peer)
    {
        for (var index = 0; index < own.Count; index++)
        {
            if (!own[index].AsSpan().SequenceEqual(peer[index]))
            {
                throw new InvalidOperationException(
                    $"{directory}: document {index} of '{_texts.Name}' gives other ids ({own[index].Length}) than the peer's ({peer[index].Length}).");
            }
        }
    }

    private Side MeasureOwn(string directory, OwnTokenizer own)
    {
        own.Load(directory);
        var cold = own.Time(_texts, 1);
        own.Time(_texts, 1);
        var warm = own.Time(_texts, WarmPasses);
        return new(cold.Milliseconds, warm.Milliseconds, cold.Tokens, cold.AllocatedBytes, warm.AllocatedBytes);
    }

    private Side MeasurePeer(string file, PeerTokenizer peer)
    {
        peer.Load(file);
        var cold = peer.Time(_texts, 1);
        peer.Time(_texts, 1);
        var warm = peer.Time(_texts, 1);
        return new(cold.Milliseconds, warm.Milliseconds, cold.Tokens, 0, 0);
    }

    private sealed record Side(double ColdMilliseconds, double WarmMilliseconds, int Tokens, double ColdBytes, double WarmBytes)
    {
        public double Milliseconds(bool isWarm) => isWarm ? WarmMilliseconds : ColdMilliseconds;
    }

    private sealed record Round(Side Own, Side Peer);
}
