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
/// <param name="highest">For logits f32 [n, V] the highest one's index, -1 where it is not finite, in one kernel; null for tensor operations.</param>
internal sealed class GpuSampler(Sampler host, Func<Tensor, Tensor>? highest = null)
{
    /// <summary>Samples a token for each step, and further ones after drafts that are what was sampled.</summary>
    /// <param name="logits">f32 [rows, V], on any device.</param>
    /// <param name="steps">Each has 1 + drafts rows.</param>
    /// <returns>One for each step.</returns>
    /// <exception cref="SequenceFaultException">A row has no possible token.</exception>
    public StepResult[] Sample(Tensor logits, IReadOnlyList<SequenceStep> steps)
    {
        using var scope = NewDisposeScope();
        var first = Sampler.FirstRows(steps);
        var results = new StepResult[steps.Count];
        var here = Enumerable.Range(0, steps.Count).Where(index => IsPlain(steps[index].Sequence)).ToArray();
        var there = Enumerable.Range(0, steps.Count).Except(here).ToList();
        var ids = here.Length == 0 ? [] : Draw(Rows(here), Array.ConvertAll(here, index => steps[index])).AsSpan();
        foreach (var index in here)
        {
            var step = steps[index];
            var own = ids[..(1 + step.Drafts)].ToArray();
            ids = ids[own.Length..];
            if (Array.TrueForAll(own, id => id >= 0))
            {
                var sampled = new SampledToken[own.Length];
                var count = DraftVerification.Sample(step, row => new((int)own[row]), sampled);
                results[index] = new(step.Sequence, sampled.AsMemory(0, count));
            }
            else
            {
                there.Add(index);
            }
        }

        if (there.Count > 0)
        {
            var onHost = host.Sample(Rows(there), [.. there.Select(index => steps[index])]);
            there.Index().ToList().ForEach(place => results[place.Item] = onHost[place.Index]);
        }

        return results;

        Tensor Rows(IReadOnlyList<int> chosen) => chosen.Count == steps.Count && chosen.Index().All(place => place.Index == place.Item)
            ? logits
            : logits.index_select(0, tensor(chosen.SelectMany(index => Enumerable.Range(first[index], 1 + steps[index].Drafts)).Select(row => (long)row).ToArray(), device: logits.device));
    }

    /// <summary>Whether the row's token depends on nothing but its logits, temperature and filters.</summary>
    internal static bool IsPlain(Sequence sequence) => sequence.Parameters.TopLogprobs is null && !LogitsProcessors.Any(sequence);

    /// <summary>The sampled ids, or -1 where there is none: one copy to the device, one from it.</summary>
    private long[] Draw(Tensor logits, SequenceStep[] steps)
    {
        var isGreedy = Array.TrueForAll(steps, step => Sampler.IsGreedy(step.Sequence));
        if (isGreedy && highest is not null)
        {
            return highest(logits).cpu().data<long>().ToArray();
        }

        var best = logits.argmax(1, keepdim: true);                                          // [n, 1]
        var possible = logits.gather(1, best).isfinite();                                    // false for NaN as well
        var picked = isGreedy ? best : GpuDraw.Pick(logits, best, GpuDraw.Stage(steps, logits.device));
        return picked.masked_fill(possible.logical_not(), -1).cpu().data<long>().ToArray();
    }
}
