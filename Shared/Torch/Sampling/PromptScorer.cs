using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Sampling;

/// <summary>Reads what a model gives the tokens that prompts go on with, on the host: few requests ask for it.</summary>
/// <param name="team">The threads; not disposed.</param>
internal sealed class PromptScorer(ThreadTeam team)
{
    [ThreadStatic]
    private static float[]? t_scratch;

    /// <summary>The log-probabilities of the prompts' next tokens: see <see cref="SequenceStep.Scored"/>.</summary>
    /// <param name="logits">f32 [rows, vocabulary], on the host; not changed.</param>
    /// <param name="steps">Each with its number of rows.</param>
    /// <returns>For each step one for each of its rows.</returns>
    public TokenLogprobs[][] Score(torch.Tensor logits, (SequenceStep Step, int Count)[] steps)
    {
        var results = Array.ConvertAll(steps, scoring => new TokenLogprobs[scoring.Count]);
        var rows = steps.SelectMany((scoring, index) => Enumerable.Range(0, scoring.Count).Select(place => (index, place))).ToArray();
        team.Run(rows.Length, logits.NumberOfElements * 8, row =>
        {
            var (index, place) = rows[row];
            results[index][place] = Score(TensorMemory.Row(logits, row), steps[index].Step, place, steps[index].Count);
        });
        return results;
    }

    private static TokenLogprobs Score(ReadOnlySpan<float> logits, SequenceStep step, int place, int count)
    {
        var scratch = t_scratch = t_scratch is { } kept && kept.Length >= logits.Length ? kept : new float[logits.Length];

        // The last of the rows stands where the step, or the prompt but for its last token, ends: what is known of the sequence may have grown.
        var end = Math.Min(step.Start + step.Count, step.Sequence.PromptLength - 1);
        var next = step.Sequence.Tokens[end - count + place + 1];
        return LogprobReader.Read(logits, next, step.Sequence.Parameters.TopLogprobs ?? 0, scratch);
    }
}
