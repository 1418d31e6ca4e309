using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// What <see cref="LogprobReader"/> reads, for many rows where they lie: of each row a few numbers come to the host. Letters: m rows, V vocabulary,
/// A the most alternatives that a row wants, C candidates for them.
/// </summary>
internal sealed class GpuLogprobs
{
    /// <summary>No row may want more alternatives, except where the vocabulary has no more.</summary>
    public const int MostAlternatives = 512;

    private const int Fixed = 3;    // offset, the sampled token's logit, the lightest candidate's
    private const int LeastCandidates = 64;

    private readonly StepUpload<long> _places;
    private readonly int[] _rows;
    private readonly int[] _counts;
    private readonly int _vocabulary;
    private readonly Range _range;

    private GpuLogprobs(int[] rows, int[] counts, int vocabulary, StepUpload<long> places)
    {
        (_places, _rows, _counts, _vocabulary) = (places, rows, counts, vocabulary);
        _range = places.Add(Array.ConvertAll(rows, row => (long)row));
    }

    private int Alternatives => _counts.Max();

    private int Candidates => Math.Min(Math.Max(2 * Alternatives, LeastCandidates), _vocabulary);

    /// <summary>Whether a sequence's log-probabilities can be read here.</summary>
    public static bool Knows(SamplingParameters parameters, int vocabulary) =>
        parameters.TopLogprobs is not { } count || Math.Min(count, vocabulary) <= MostAlternatives;

    /// <summary>Adds the rows that want log-probabilities to an upload; null where there are none.</summary>
    public static GpuLogprobs? Stage(IReadOnlyList<(Sequence Sequence, int Place)> rows, int vocabulary, StepUpload<long> places)
    {
        int[] wanting = [.. Enumerable.Range(0, rows.Count).Where(row => CountOf(row) is not null)];
        return wanting.Length == 0 ? null : new(wanting, Array.ConvertAll(wanting, row => Math.Min(CountOf(row)!.Value, vocabulary)), vocabulary, places);

        int? CountOf(int row) => rows[row].Sequence.Parameters.TopLogprobs;
    }

    /// <summary>
    /// Of the rows that want it: the offset, the sampled token's logit, the lightest candidate's logit, the A highest logits and their ids; f64
    /// [m, 3 + 2 A]. The caller's scope owns it.
    /// </summary>
    /// <param name="logits">As the model gave them, f32 [n, V].</param>
    /// <param name="ids">The sampled tokens, int64 [n, 1]; of a row without one any number.</param>
    public Tensor Compute(Tensor logits, Tensor ids)
    {
        var rows = _places[_range];
        var own = logits.index_select(0, rows);
        var highest = own.amax([1], keepdim: true);
        var offset = (own - highest).exp_().sum(1, keepdim: true, ScalarType.Float64).log_().to_type(ScalarType.Float32).add_(highest);
        var sampled = own.gather(1, ids.index_select(0, rows).clamp(0, _vocabulary - 1));
        if (Alternatives == 0)
        {
            return cat([offset, sampled, highest], 1).to_type(ScalarType.Float64);
        }

        // By id first, so that of equals the lower ids come first.
        var (candidates, unordered) = own.topk(Candidates, 1, largest: true, sorted: true);
        var (tokens, places) = unordered.sort(1);
        var (best, order) = candidates.gather(1, places).sort(1, descending: true, stable: true);
        var values = cat([offset, sampled, candidates.narrow(1, -1, 1), best.narrow(1, 0, Alternatives)], 1).to_type(ScalarType.Float64);
        return cat([values, tokens.gather(1, order).narrow(1, 0, Alternatives).to_type(ScalarType.Float64)], 1);
    }

    /// <summary>By row, what was computed; null where equal logits leave open which alternatives come first, and for rows that want none.</summary>
    /// <param name="values">The result of <see cref="Compute"/>, on the host.</param>
    /// <param name="count">Number of all rows, n.</param>
    public TokenLogprobs?[] Read(ReadOnlySpan<double> values, int count)
    {
        var read = new TokenLogprobs?[count];
        var width = Fixed + (2 * Alternatives);
        foreach (var (index, row) in _rows.Index())
        {
            read[row] = ReadRow(values.Slice(index * width, width), _counts[index]);
        }

        return read;
    }

    private TokenLogprobs? ReadRow(ReadOnlySpan<double> values, int count)
    {
        var (offset, sampled, lightest) = ((float)values[0], (float)values[1], (float)values[2]);
        var best = values.Slice(Fixed, Alternatives);
        var tokens = values[(Fixed + Alternatives)..];
        if (count > 0 && Candidates < _vocabulary && best[count - 1] <= lightest)
        {
            return null;
        }

        var (ids, logprobs) = (new int[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            (ids[i], logprobs[i]) = ((int)tokens[i], LogprobReader.Logprob((float)best[i], offset));
        }

        return new(LogprobReader.Logprob(sampled, offset), ids, logprobs);
    }
}
