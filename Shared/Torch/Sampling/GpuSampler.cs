using Rill.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Sampling;

/// <summary>
/// Draws tokens where the logits are, so that a step copies ids to the host and not logits. It does what <see cref="Sampler"/> does, with
/// the same random numbers, for rows that ask for no more than temperature, min_p, top_k and top_p; the rows of other sequences, and those
/// in which it finds no token, are copied to the host and sampled there. Letters: n rows, V vocabulary.
/// </summary>
/// <param name="host">Samples the other rows.</param>
internal sealed class GpuSampler(Sampler host)
{
    /// <summary>Samples one token for each row of <paramref name="logits"/>, f32 [n, V], on any device.</summary>
    /// <exception cref="SequenceFaultException">A row has no possible token.</exception>
    public SampledToken[] Sample(Tensor logits, IReadOnlyList<Sequence> sequences)
    {
        using var scope = NewDisposeScope();
        var sampled = new SampledToken[sequences.Count];
        var here = Enumerable.Range(0, sequences.Count).Where(row => IsPlain(sequences[row])).ToArray();
        var there = Enumerable.Range(0, sequences.Count).Except(here).ToList();
        var ids = here.Length == 0 ? [] : Draw(Rows(logits, here), Array.ConvertAll(here, row => sequences[row]));
        foreach (var (index, row) in here.Index())
        {
            sampled[row] = new((int)ids[index]);
            if (ids[index] < 0)
            {
                there.Add(row);
            }
        }

        if (there.Count > 0)
        {
            var onHost = host.Sample(Rows(logits, [.. there]), [.. there.Select(row => sequences[row])]);
            there.Index().ToList().ForEach(place => sampled[place.Item] = onHost[place.Index]);
        }

        return sampled;
    }

    /// <summary>Whether the row's token depends on nothing but its logits, temperature and filters.</summary>
    internal static bool IsPlain(Sequence sequence) => sequence.Parameters.TopLogprobs is null && !LogitsProcessors.Any(sequence);

    /// <summary>The sampled ids, or -1 where there is none: one copy to the device, one from it.</summary>
    private static long[] Draw(Tensor logits, Sequence[] sequences)
    {
        var highest = logits.argmax(1, keepdim: true);                                       // [n, 1]
        var possible = logits.gather(1, highest).isfinite();                                 // false for NaN as well
        var picked = Array.TrueForAll(sequences, Sampler.IsGreedy)
            ? highest
            : GpuDraw.Pick(logits, highest, GpuDraw.Stage(sequences, logits.device));
        return picked.masked_fill(possible.logical_not(), -1).cpu().data<long>().ToArray();
    }

    private static Tensor Rows(Tensor logits, int[] rows) => rows.Length == logits.shape[0]
        ? logits
        : logits.index_select(0, tensor(Array.ConvertAll(rows, row => (long)row), device: logits.device));
}
