using System.Numerics;
using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// The filters and the draw of <see cref="Sampler"/> for many rows at once, in tensor operations without a wait for the device. Weights
/// stand for tokens: exp(logit - highest), 0 for a removed one. Rows that filter by rank look at their heaviest tokens alone, the candidates:
/// nearly always these hold the top_k or the top_p, and a whole vocabulary takes far longer to sort. Letters: n rows, V vocabulary, C candidates.
/// </summary>
internal sealed class GpuDraw
{
    /// <summary>What a row is given that needs more candidates than there are: no token, but the order to look at the whole row.</summary>
    public const int Short = -2;

    private const int Columns = 6;
    private const int MostCandidates = 1024;
    private const int LeastCandidates = 64;

    private readonly StepUpload<double> _numbers;
    private readonly Range _range;
    private readonly int _vocabulary;
    private readonly int _candidates;    // 0 where no row filters by rank; the vocabulary where a row's top_k is beyond all candidates
    private readonly bool _mixes;        // some row draws from all of its tokens

    private GpuDraw(StepUpload<double> numbers, IReadOnlyList<(Sequence Sequence, int Place)> rows, int vocabulary)
    {
        (_numbers, _vocabulary) = (numbers, vocabulary);
        _range = numbers.Add(rows.Count * Columns, out var values);
        foreach (var (row, (sequence, place)) in rows.Index())
        {
            Write(sequence, place, values[(row * Columns)..]);
        }

        var drawing = rows.Where(row => !Sampler.IsGreedy(row.Sequence)).Select(row => CandidatesOf(row.Sequence.Parameters)).ToList();
        (_candidates, _mixes) = (drawing.DefaultIfEmpty().Max(), drawing.Contains(0));
    }

    /// <summary>Adds the parameters of rows to an upload.</summary>
    /// <param name="rows">Each row's sequence, and how many tokens of its completion are before the one to draw.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="numbers">The upload; to be sent before <see cref="Pick"/>.</param>
    public static GpuDraw Stage(IReadOnlyList<(Sequence Sequence, int Place)> rows, int vocabulary, StepUpload<double> numbers) =>
        new(numbers, rows, vocabulary);

    /// <summary>The drawn ids, int64 [n, 1]: <paramref name="highest"/> in greedy rows, <see cref="Short"/> where the candidates do not do.</summary>
    /// <param name="logits">f32 [n, V]; not changed.</param>
    /// <param name="highest">The ids of the highest logits, int64 [n, 1].</param>
    /// <param name="whole">True to look at whole rows: none is short.</param>
    public Tensor Pick(Tensor logits, Tensor highest, bool whole)
    {
        var parameters = new RowParameters(_numbers[_range].view(-1, Columns));
        var weights = logits / parameters.Temperatures.to_type(ScalarType.Float32);
        weights = weights.sub_(weights.gather(1, highest)).exp_();
        weights.masked_fill_(weights.lt(parameters.MinPs.to_type(ScalarType.Float32)), 0);
        var drawn = _candidates == 0 ? Drawn(weights, parameters.Uniforms)
            : whole || _candidates == _vocabulary ? Drawn(Filtered(weights, parameters), parameters.Uniforms)
            : Among(weights, parameters);
        return where(parameters.Greedy, highest, drawn);
    }

    private static void Write(Sequence sequence, int place, Span<double> values)
    {
        var parameters = sequence.Parameters;
        var greedy = Sampler.IsGreedy(sequence);
        values[0] = greedy ? 1 : Sampler.TemperatureOf(parameters);
        values[1] = parameters.MinP;
        values[2] = parameters.TopK > 0 ? parameters.TopK : int.MaxValue;
        values[3] = parameters.TopP;
        values[4] = CounterRandom.Uniform(parameters.Seed, parameters.Choice, place);
        values[5] = greedy ? 1 : 0;
    }

    /// <summary>How many candidates a row wants: twice its top_k, since equal weights may follow; 0 where it does not filter by rank.</summary>
    private int CandidatesOf(SamplingParameters parameters)
    {
        var limitsCount = parameters.TopK > 0 && parameters.TopK < _vocabulary;
        var wanted = !limitsCount ? (parameters.TopP < 1 ? MostCandidates : 0)
            : parameters.TopK > MostCandidates ? _vocabulary
            : Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(2 * parameters.TopK)), LeastCandidates, MostCandidates);
        return Math.Min(wanted, _vocabulary);
    }

    /// <summary>
    /// top_k keeps whatever is no less than the k-th weight. top_p then keeps the smallest set of the greatest weights whose mass reaches
    /// its share, at least one; of equal weights the lower ids come first, as the sort is stable.
    /// </summary>
    private static Tensor Filtered(Tensor weights, RowParameters parameters)
    {
        var (sorted, ids) = weights.sort(1, descending: true, stable: true);
        sorted = sorted.masked_fill(sorted.lt(KthOf(sorted, parameters)), 0);
        var mass = sorted.cumsum(1, ScalarType.Float64);
        var kept = Nucleus(sorted, mass, mass.narrow(1, -1, 1), parameters);
        return zeros_like(weights).scatter_(1, ids, sorted.masked_fill(kept.logical_not(), 0));
    }

    /// <summary>The same among the candidates, and the draw from what is kept; rows that do not filter by rank draw from all of theirs.</summary>
    private Tensor Among(Tensor weights, RowParameters parameters)
    {
        var (heaviest, unordered) = weights.topk(_candidates, 1, largest: true, sorted: true);
        var (lowest, kth) = (heaviest.narrow(1, -1, 1), KthOf(heaviest, parameters));

        // In the order of ids, where the draw takes place, and from there by weight, so that of equals the lower ids come first.
        var (ids, places) = unordered.sort(1);
        var (sorted, order) = heaviest.masked_fill(heaviest.lt(kth), 0).gather(1, places).sort(1, descending: true, stable: true);
        var mass = sorted.cumsum(1, ScalarType.Float64);
        var limitsCount = parameters.TopKs.lt(_vocabulary);
        var total = where(limitsCount, mass.narrow(1, -1, 1), weights.sum(1, keepdim: true, ScalarType.Float64));
        var kept = Nucleus(sorted, mass, total, parameters);
        var remaining = sorted.masked_fill(kept.logical_not(), 0);
        var drawn = ids.gather(1, Drawn(zeros_like(remaining).scatter_(1, order, remaining), parameters.Uniforms));

        // Beyond the candidates there may be as heavy ones as the lightest of them: a limit at that weight cannot be told from here.
        var last = sorted.gather(1, kept.sum(1, keepdim: true) - 1);
        var atLimit = where(limitsCount, kth, last).le(lowest).logical_and(lowest.gt(0));
        if (_candidates < _vocabulary)
        {
            drawn = drawn.masked_fill(atLimit, Short);
        }

        return _mixes ? where(limitsCount.logical_or(parameters.TopPs.lt(1)), drawn, Drawn(weights, parameters.Uniforms)) : drawn;
    }

    /// <summary>The k-th weight of rows in descending order, [n, 1]; the last where there are fewer.</summary>
    private static Tensor KthOf(Tensor sorted, RowParameters parameters) =>
        sorted.gather(1, parameters.TopKs.clamp(1, sorted.shape[1]).to_type(ScalarType.Int64) - 1);

    /// <summary>Which weights, in descending order and with their running sums, make up a share top_p of a total.</summary>
    private static Tensor Nucleus(Tensor sorted, Tensor mass, Tensor total, RowParameters parameters)
    {
        var kept = (mass - sorted).lt(total * parameters.TopPs).logical_or(parameters.TopPs.ge(1));
        kept.narrow(1, 0, 1).fill_(true);
        return kept;
    }

    /// <summary>
    /// The token in which the cumulative mass, in order of ids, passes the random number's share; the last one that has mass where rounding
    /// hides it.
    /// </summary>
    private static Tensor Drawn(Tensor weights, Tensor uniforms)
    {
        var mass = weights.cumsum(1, ScalarType.Float64);
        var total = mass.narrow(1, -1, 1);
        return mass.le(total * uniforms).sum(1, keepdim: true).minimum(mass.lt(total).sum(1, keepdim: true));
    }

    /// <summary>What rows are drawn by, as columns f64 [n, 1].</summary>
    /// <param name="values">f64 [n, Columns].</param>
    private sealed class RowParameters(Tensor values)
    {
        /// <summary>1 for greedy rows, whose draw counts for nothing.</summary>
        public Tensor Temperatures { get; } = values.narrow(1, 0, 1);

        public Tensor MinPs { get; } = values.narrow(1, 1, 1);

        /// <summary>At least 1; V or more for all.</summary>
        public Tensor TopKs { get; } = values.narrow(1, 2, 1);

        public Tensor TopPs { get; } = values.narrow(1, 3, 1);

        /// <summary>Random numbers in [0, 1).</summary>
        public Tensor Uniforms { get; } = values.narrow(1, 4, 1);

        /// <summary>Bool.</summary>
        public Tensor Greedy { get; } = values.narrow(1, 5, 1).gt(0.5);
    }
}
