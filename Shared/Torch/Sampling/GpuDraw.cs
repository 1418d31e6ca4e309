using Rill.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// The filters and the draw of <see cref="Sampler"/> for many rows at once, in tensor operations without a wait for the device. Weights
/// stand for tokens: exp(logit - highest), 0 for a removed one. Letters: n rows, V vocabulary.
/// </summary>
/// <param name="Temperatures">f64 [n, 1]; 1 for greedy rows, whose draw counts for nothing.</param>
/// <param name="MinPs">f64 [n, 1].</param>
/// <param name="TopKs">f64 [n, 1]; at least 1, V or more for all.</param>
/// <param name="TopPs">f64 [n, 1].</param>
/// <param name="Uniforms">Random numbers in [0, 1), f64 [n, 1].</param>
/// <param name="Greedy">Bool [n, 1].</param>
/// <param name="Sorts">Whether some row filters by rank.</param>
internal sealed record GpuDraw(Tensor Temperatures, Tensor MinPs, Tensor TopKs, Tensor TopPs, Tensor Uniforms, Tensor Greedy, bool Sorts)
{
    private const int Columns = 6;

    /// <summary>Brings the parameters of all rows of steps to a device, in one copy. The caller's scope owns them.</summary>
    public static GpuDraw Stage(SequenceStep[] steps, Device device)
    {
        var values = new double[steps.Sum(step => 1 + step.Drafts), Columns];
        var row = 0;
        foreach (var step in steps)
        {
            var (sequence, parameters) = (step.Sequence, step.Sequence.Parameters);
            for (var draft = 0; draft <= step.Drafts; draft++, row++)
            {
                var greedy = Sampler.IsGreedy(sequence);
                values[row, 0] = greedy ? 1 : Sampler.TemperatureOf(parameters);
                values[row, 1] = parameters.MinP;
                values[row, 2] = parameters.TopK > 0 ? parameters.TopK : int.MaxValue;
                values[row, 3] = parameters.TopP;
                values[row, 4] = CounterRandom.Uniform(parameters.Seed, parameters.Choice, sequence.CompletionLength + draft);
                values[row, 5] = greedy ? 1 : 0;
            }
        }

        var staged = OnDevice(tensor(values), device);
        var sorts = Array.Exists(steps, step => !Sampler.IsGreedy(step.Sequence) && step.Sequence.Parameters is { TopK: > 0 } or { TopP: < 1 });
        return new(Column(0), Column(1), Column(2), Column(3), Column(4), Column(5).gt(0.5), sorts);

        Tensor Column(int index) => staged.narrow(1, index, 1);
    }

    /// <summary>The drawn ids, int64 [n, 1]: <paramref name="highest"/> in greedy rows.</summary>
    public static Tensor Pick(Tensor logits, Tensor highest, GpuDraw draw)
    {
        var scaled = logits / draw.Temperatures.to_type(ScalarType.Float32);
        var weights = (scaled - scaled.gather(1, highest)).exp();
        weights = weights.masked_fill(weights.lt(draw.MinPs.to_type(ScalarType.Float32)), 0);
        if (draw.Sorts)
        {
            weights = Filtered(weights, draw);
        }

        return where(draw.Greedy, highest, Drawn(weights, draw.Uniforms));
    }

    /// <summary>
    /// top_k keeps whatever is no less than the k-th weight. top_p then keeps the smallest set of the greatest weights whose mass reaches
    /// its share, at least one; of equal weights the lower ids come first, as the sort is stable.
    /// </summary>
    private static Tensor Filtered(Tensor weights, GpuDraw draw)
    {
        var (sorted, ids) = weights.sort(1, descending: true, stable: true);
        var last = draw.TopKs.clamp(1, weights.shape[1]).to_type(ScalarType.Int64) - 1;
        sorted = sorted.masked_fill(sorted.lt(sorted.gather(1, last)), 0);
        var mass = sorted.cumsum(1, ScalarType.Float64);
        var before = mass - sorted;
        var kept = before.lt(mass.narrow(1, -1, 1) * draw.TopPs).logical_or(draw.TopPs.ge(1));
        kept.narrow(1, 0, 1).fill_(true);
        return zeros_like(weights).scatter_(1, ids, sorted.masked_fill(kept.logical_not(), 0));
    }

    /// <summary>The token in which the cumulative mass, in order of ids, passes the random number's share; the last one that has mass where rounding hides it.</summary>
    private static Tensor Drawn(Tensor weights, Tensor uniforms)
    {
        var mass = weights.cumsum(1, ScalarType.Float64);
        var total = mass.narrow(1, -1, 1);
        return mass.le(total * uniforms).sum(1, keepdim: true).minimum(mass.lt(total).sum(1, keepdim: true));
    }

    private static Tensor OnDevice(Tensor values, Device device) => device.type == DeviceType.CUDA
        ? values.pin_memory().to(device, non_blocking: true)
        : values;
}
