namespace Rill.Bench.Quality;

/// <summary>The next-token distributions after each token of a text.</summary>
internal sealed class TokenDistributions
{
    private readonly float[] _logits;
    private readonly int _vocabulary;
    private readonly double[] _offsets;    // log of the sum of exponentials, a position each
    private readonly int[] _likeliest;

    /// <summary>Takes logits.</summary>
    /// <param name="logits">[positions, vocabulary], flattened.</param>
    /// <param name="vocabulary">Logits of a position.</param>
    public TokenDistributions(float[] logits, int vocabulary)
    {
        (_logits, _vocabulary) = (logits, vocabulary);
        _offsets = new double[logits.Length / vocabulary];
        _likeliest = new int[_offsets.Length];
        Parallel.For(0, _offsets.Length, position =>
        {
            var row = Row(position);
            var best = 0;
            for (var token = 1; token < row.Length; token++)
            {
                best = row[token] > row[best] ? token : best;
            }

            var sum = 0.0;
            foreach (var logit in row)
            {
                sum += Math.Exp(logit - row[best]);
            }

            (_offsets[position], _likeliest[position]) = (row[best] + Math.Log(sum), best);
        });
    }

    /// <summary>Number of positions.</summary>
    public int Positions => _offsets.Length;

    /// <summary>The likeliest token at a position.</summary>
    public int Likeliest(int position) => _likeliest[position];

    /// <summary>At each position, the Kullback-Leibler divergence Σ p · (ln p - ln q) in nats, with p these distributions and q the others.</summary>
    public double[] DivergenceTo(TokenDistributions others)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(others._logits.Length, _logits.Length, nameof(others));
        var divergences = new double[Positions];
        Parallel.For(0, Positions, position =>
        {
            var own = Row(position);
            var other = others.Row(position);
            var (offset, otherOffset) = (_offsets[position], others._offsets[position]);
            var sum = 0.0;
            for (var token = 0; token < own.Length; token++)
            {
                var log = own[token] - offset;
                sum += Math.Exp(log) * (log - (other[token] - otherOffset));
            }

            divergences[position] = Math.Max(0, sum);    // what rounding leaves below zero
        });
        return divergences;
    }

    private ReadOnlySpan<float> Row(int position) => _logits.AsSpan(position * _vocabulary, _vocabulary);
}
