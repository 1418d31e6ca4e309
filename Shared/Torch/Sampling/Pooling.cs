using Rill.Serving;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Sampling;

/// <summary>Makes vectors of hidden states, on the host.</summary>
internal static class Pooling
{
    /// <summary>The vector of each step: see <see cref="SequenceStep.Pools"/>.</summary>
    /// <param name="hidden">f32 [rows, hidden], on any device; copied to the host once.</param>
    /// <param name="steps">Each has one row, or with <see cref="SequenceWork.EmbedMean"/> one for each of its tokens.</param>
    /// <returns>One for each step.</returns>
    public static StepResult[] Pool(torch.Tensor hidden, IReadOnlyList<SequenceStep> steps)
    {
        using var copy = hidden.device_type == DeviceType.CPU ? null : hidden.cpu();
        var onHost = copy ?? hidden;
        var results = new StepResult[steps.Count];
        var row = 0;
        for (var index = 0; index < results.Length; index++)
        {
            var step = steps[index];
            var sums = step is { Start: > 0, Sequence: { Work: SequenceWork.EmbedMean, Vector: { } before } } ? [.. before] : new float[hidden.shape[1]];
            var end = row + (step.Sequence.Work == SequenceWork.EmbedMean ? step.Count : 1);
            for (; row < end; row++)
            {
                Add(TensorMemory.Row(onHost, row), sums);
            }

            results[index] = new(step.Sequence, default, sums);
        }

        return results;
    }

    /// <summary>Position by position, so that the sums are the same bits for any chunking of the prompt.</summary>
    private static void Add(ReadOnlySpan<float> state, float[] sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += state[i];
        }
    }
}
