using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>Drives a runner by hand, as the scheduler would, and reads whole distributions through top_logprobs.</summary>
internal static class RunnerDriver
{
    /// <summary>Loads a tiny model with few slots and a small cache.</summary>
    public static TorchModelRunner Load(TinyModel model, TorchDataType type = TorchDataType.Float32, int slots = 8, bool tensors = false, TorchDataType keyValueType = TorchDataType.Auto) =>
        TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions
        {
            DataType = type,
            KeyValueType = keyValueType,
            SlotCount = slots,
            BlockSize = 4,
            KeyValueMemoryMiB = 64,
            Threads = 2,
            UseGpuDecoder = tensors,
        });

    /// <summary>Loads a tiny model into the tensor decoder, with further options.</summary>
    public static TorchModelRunner LoadTensors(TinyModel model, Func<TorchRunnerOptions, TorchRunnerOptions> with) =>
        TorchModelRunnerFactory.Load(model.Path, with(new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32,
            SlotCount = 8,
            BlockSize = 4,
            KeyValueMemoryMiB = 64,
            Threads = 2,
            UseGpuDecoder = true,
        }));

    /// <summary>A sequence in a slot, with parameters that make the runner report every token's log-probability.</summary>
    public static Sequence NewSequence(int slot, IReadOnlyList<int> prompt, SamplingParameters? parameters = null, int adapter = 0) =>
        new(slot, prompt, parameters ?? new SamplingParameters { Temperature = 0, TopLogprobs = int.MaxValue }) { Slot = slot, Adapter = adapter };

    /// <summary>Deterministic ids below 131.</summary>
    public static int[] Prompt(int length, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(131))];
    }

    /// <summary>Runs one sequence's pending tokens in chunks of the given sizes, and returns the last sample.</summary>
    public static StepResult Run(TorchModelRunner runner, Sequence sequence, params ReadOnlySpan<int> chunks)
    {
        StepResult? last = null;
        foreach (var chunk in chunks)
        {
            last = runner.Execute(new StepBatch { Steps = [new(sequence, sequence.ComputedTokens, chunk)] }) is [var sampled] ? sampled : null;
            sequence.ComputedTokens += chunk;
        }

        return last ?? throw new InvalidOperationException("The chunks end before the sequence does.");
    }

    /// <summary>A step for each sequence that computes its last token, as samplers want them.</summary>
    public static List<SequenceStep> LastTokens(IEnumerable<Sequence> sequences) =>
        [.. sequences.Select(sequence => new SequenceStep(sequence, sequence.Length - 1, 1))];

    extension(StepResult result)
    {
        /// <summary>The only token of a step without drafts.</summary>
        public int TokenId => result.Tokens.Span[0].TokenId;
    }

    /// <summary>
    /// Kullback-Leibler divergence of one distribution from another, both as log-probabilities by id, in nats: what differs among tokens that never
    /// come does not count.
    /// </summary>
    public static double Divergence(IReadOnlyList<float> expected, IReadOnlyList<float> actual) =>
        expected.Zip(actual).Sum(values => Math.Exp(values.First) * (values.First - values.Second));

    /// <summary>The bits of the whole distribution, by token id.</summary>
    public static float[] Distribution(StepResult sampled)
    {
        var logprobs = sampled.Tokens.Span[0].Logprobs!;
        var byToken = new float[logprobs.TopIds.Length];
        for (var i = 0; i < byToken.Length; i++)
        {
            byToken[logprobs.TopIds[i]] = logprobs.TopLogprobs[i];
        }

        return byToken;
    }
}
