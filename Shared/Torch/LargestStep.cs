using System.Runtime.InteropServices;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Sampling;

namespace Rill.Torch;

/// <summary>
/// The step that takes the most memory beside weights, keys and values: as many tokens of prompts as a step may have, and then as many
/// samples, and scores. What libtorch took for it, it keeps.
/// </summary>
internal static class LargestStep
{
    /// <summary>Runs it; the slots are free again afterwards.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="sampler">The sampler.</param>
    /// <param name="layout">Slots and their context.</param>
    /// <param name="tokens">Most tokens of a step.</param>
    /// <exception cref="ModelFormatException">The device has not the memory for it.</exception>
    public static void Run(IDecoder decoder, GpuSampler sampler, KeyValueLayout layout, int tokens)
    {
        try
        {
            Execute(decoder, sampler, layout, Rows(layout, tokens));
        }
        catch (Exception failure) when (failure is ExternalException or InsufficientMemoryException)
        {
            throw new ModelFormatException(
                $"The weights leave the device too little memory for a step of {tokens} tokens; lower Rill__Engine__TokenBudget, " +
                "or serve the model on a larger GPU.", failure);
        }
    }

    private static void Execute(IDecoder decoder, GpuSampler sampler, KeyValueLayout layout, TokenRow[] rows)
    {
        int[] sampling = [.. Enumerable.Range(0, Math.Min(layout.SlotCount, rows.Length))];
        int[] scoring = [.. Enumerable.Range(0, rows.Length).Skip(sampling.Length).Take(ModelLimits.MostScored)];
        using (var output = decoder.Forward(new StepPlan { Rows = rows, PromptRows = rows.Length, SamplingRows = sampling, ScoringRows = scoring }))
        {
            var drawn = new Sequence(-1, [0], new SamplingParameters { TopP = 0.9f, TopLogprobs = 5, FrequencyPenalty = 0.1f });
            using var sampled = output.Logits!.narrow(0, 0, sampling.Length);
            sampler.Sample(sampled, [.. sampling.Select(_ => new SequenceStep(drawn, 0, 1))]);
        }

        foreach (var slot in rows.Select(row => row.Slot).Distinct())
        {
            decoder.ReleaseSlot(slot);
        }
    }

    /// <summary>Prompts one after the other, each as long as the context lets it be.</summary>
    private static TokenRow[] Rows(KeyValueLayout layout, int tokens)
    {
        var context = layout.ContextLength;
        var count = (int)Math.Min(tokens, (long)context * layout.SlotCount);
        return [.. Enumerable.Range(0, count).Select(row => new TokenRow(0, row % context, row / context))];
    }
}
