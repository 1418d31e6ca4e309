using Rill.Serving;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch.Sampling;

/// <summary>
/// Draws the next token of every sampling sequence of a step, in vLLM's order: constraint, bad words, min_tokens, logit_bias, penalties,
/// greedy pick or temperature, min_p, top_k, top_p, draw. It works on the host, row by row: a row's token depends on its own logits,
/// parameters and position only, so a seed gives the same tokens in any batch, and with drafts or without.
/// </summary>
/// <param name="team">The threads; not disposed.</param>
internal sealed class Sampler(ThreadTeam team)
{
    private const float GreedyBelow = 1e-5f;
    private const float LowestTemperature = 0.01f;

    [ThreadStatic]
    private static Scratch? t_scratch;

    /// <summary>Samples a token for each step, and further ones after drafts that are what was sampled.</summary>
    /// <param name="logits">f32 [rows, vocabulary], on any device; copied to the host once. Not changed.</param>
    /// <param name="steps">Each has 1 + drafts rows.</param>
    /// <returns>One for each step; with a fault where a row has no possible token: all are banned, or the logits are not numbers.</returns>
    public StepResult[] Sample(torch.Tensor logits, IReadOnlyList<SequenceStep> steps)
    {
        using var copy = logits.device_type == DeviceType.CPU ? null : logits.cpu();
        var onHost = copy ?? logits;
        var rows = FirstRows(steps);
        var tokens = new SampledToken[rows[^1]];
        var results = new StepResult[steps.Count];
        team.Run(steps.Count, logits.NumberOfElements * 8, index =>
        {
            var (step, first) = (steps[index], rows[index]);
            try
            {
                var sampled = tokens.AsMemory(first, 1 + step.Drafts);
                var count = DraftVerification.Sample(step, row => SampleRow(TensorMemory.Row(onHost, first + row), step.Sequence), sampled.Span);
                results[index] = new(step.Sequence, sampled[..count]);
            }
            catch (Exception failure)
            {
                // The others have their tokens: the step need not run again without this one.
                results[index] = new(step.Sequence, default, Fault: failure as SequenceFaultException ?? new(step.Sequence, "Sampling failed.", failure));
            }
        });
        return results;
    }

    /// <summary>Each step's first row, then the number of all.</summary>
    internal static int[] FirstRows(IReadOnlyList<SequenceStep> steps)
    {
        var rows = new int[steps.Count + 1];
        for (var i = 0; i < steps.Count; i++)
        {
            rows[i + 1] = rows[i] + 1 + steps[i].Drafts;
        }

        return rows;
    }

    /// <summary>Samples the sequence's next token from one row.</summary>
    internal static SampledToken SampleRow(ReadOnlySpan<float> logits, Sequence sequence)
    {
        var scratch = t_scratch = t_scratch is { } kept && kept.Row.Length >= logits.Length ? kept : new(logits.Length);
        var token = Pick(logits, sequence, scratch) ?? throw new SequenceFaultException(
            sequence, "No token is possible: the request's constraint and bans leave none, or the model's logits are not numbers.");
        var alternatives = sequence.Parameters.TopLogprobs;
        return new(token, alternatives is { } count ? LogprobReader.Read(logits, token, count, scratch.Weights) : null);
    }

    /// <summary>Whether the sequence takes the most probable token instead of drawing one.</summary>
    internal static bool IsGreedy(Sequence sequence) => sequence.Parameters.Temperature < GreedyBelow;

    /// <summary>What the logits are divided by.</summary>
    internal static float TemperatureOf(SamplingParameters parameters) => Math.Max(parameters.Temperature, LowestTemperature);

    private static int? Pick(ReadOnlySpan<float> logits, Sequence sequence, Scratch scratch)
    {
        var parameters = sequence.Parameters;
        var greedy = IsGreedy(sequence);
        if (greedy && !LogitsProcessors.Any(sequence))
        {
            return Highest(logits);
        }

        var row = scratch.Row.AsSpan(0, logits.Length);
        logits.CopyTo(row);
        LogitsProcessors.Apply(row, sequence, scratch.Mask.AsSpan(0, LogitsProcessors.MaskLength(row.Length)));
        if (greedy || Highest(row) is null)
        {
            return Highest(row);
        }

        VectorMath.Divide(row, TemperatureOf(parameters));
        Filter(row, parameters, scratch.Weights);
        return Draw(row, CounterRandom.Uniform(parameters.Seed, parameters.Choice, sequence.CompletionLength), scratch.Weights);
    }

    private static void Filter(Span<float> row, SamplingParameters parameters, Span<float> scratch)
    {
        if (parameters.MinP > 0)
        {
            TokenFilters.MinP(row, parameters.MinP);
        }

        if (parameters.TopK > 0)
        {
            TokenFilters.TopK(row, parameters.TopK, scratch);
        }

        if (parameters.TopP < 1)
        {
            TokenFilters.TopP(row, parameters.TopP, scratch);
        }
    }

    /// <summary>The token in which the cumulative mass, in order of ids, passes the uniform number's share.</summary>
    private static int Draw(ReadOnlySpan<float> row, double uniform, Span<float> weights)
    {
        weights = weights[..row.Length];
        var left = VectorMath.Exponentials(row, VectorMath.Max(row), weights) * uniform;
        var last = 0;
        for (var token = 0; token < weights.Length; token++)
        {
            if (weights[token] <= 0)
            {
                continue;
            }

            left -= weights[token];
            last = token;
            if (left < 0)
            {
                break;
            }
        }

        return last;    // rounding may leave a hair of mass: it belongs to the last possible token
    }

    private static int? Highest(ReadOnlySpan<float> row)
    {
        var token = VectorMath.IndexOfMax(row);
        return float.IsFinite(row[token]) ? token : null;
    }

    private sealed class Scratch(int vocabulary)
    {
        public float[] Row { get; } = new float[vocabulary];

        public float[] Weights { get; } = new float[vocabulary];

        public uint[] Mask { get; } = new uint[LogitsProcessors.MaskLength(vocabulary)];
    }
}
