using Rill.Models;
using Rill.Serving;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>Runs a model's decoder with TorchSharp. <see cref="TorchModelRunnerFactory"/> makes it.</summary>
public sealed class TorchModelRunner : IModelRunner
{
    private readonly DisposableStack _parts;
    private readonly IStepDevice _stream;
    private readonly IDecoder _decoder;
    private readonly Sampler _sampler;
    private readonly PromptScorer _scorer;
    private readonly GpuSampler? _gpuSampler;    // where the logits are not on the host
    private LaunchedStep? _launched;             // the last one

    /// <summary>Puts the parts together.</summary>
    /// <param name="stream">Where the work is queued.</param>
    /// <param name="decoder">Computes.</param>
    /// <param name="sampler">Samples on the host.</param>
    /// <param name="scorer">Scores prompts.</param>
    /// <param name="gpuSampler">Samples where the logits are; null where that is the host.</param>
    /// <param name="parts">Owns all of them; disposed with the runner.</param>
    internal TorchModelRunner(
        IStepDevice stream, IDecoder decoder, Sampler sampler, PromptScorer scorer, GpuSampler? gpuSampler, DisposableStack parts) =>
        (_stream, _decoder, _sampler, _scorer, _gpuSampler, _parts) = (stream, decoder, sampler, scorer, gpuSampler, parts);

    /// <inheritdoc/>
    public required ModelLimits Limits { get; init; }

    /// <summary>The model.</summary>
    public required DecoderSpec Spec { get; init; }

    /// <summary>Where it runs, as configured.</summary>
    public required string Device { get; init; }

    /// <summary>The type that it computes in; never <see cref="TorchDataType.Auto"/>.</summary>
    public required TorchDataType DataType { get; init; }

    /// <summary>For the log: the type, and whether quantized weights were made at this start or an earlier one.</summary>
    public required string Precision { get; init; }

    /// <summary>Number of parameters in the weight files.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>For system_fingerprint: changes with the model, its weights, the type, the device and its name, its kind of attention, the width of its vectors and the build.</summary>
    public required string Fingerprint { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        var results = Launch(batch).Collect();
        return results.Select(result => result.Fault).FirstOrDefault(fault => fault is not null) is { } fault ? throw fault : results;
    }

    private StepResult[] ExecuteSteps(StepBatch batch)
    {
        Prepare(batch);
        CheckAdapters(batch.Steps);
        var plan = StepPlan.Create(batch.Steps, Limits);
        using var output = plan.Rows.Length == 0 ? null : _decoder.Forward(plan);
        Keep(batch);
        var sampled = plan.Sampling.Length > 0 ? _sampler.Sample(output!.Logits!, plan.Sampling) : [];
        using var scored = plan.Scoring.Length > 0 ? ScoredRows(output!.Logits!, plan) : null;
        return StepResults.Join(plan, sampled, output?.Hidden, scored, _scorer);
    }

    /// <inheritdoc/>
    public IPendingStep Launch(StepBatch batch)
    {
        using var inference = inference_mode();
        using var stream = _stream.Enter();
        try
        {
            if (_gpuSampler is null)
            {
                return new ExecutedStep(ExecuteSteps(batch));
            }

            Prepare(batch);
            CheckAdapters(batch.Steps);
            var plan = StepPlan.Create(batch.Steps, Limits);
            return _launched = DisposableStack.Build(parts => Launch(batch, plan, _gpuSampler, parts));
        }
        catch (Exception failure) when (failure is not SequenceFaultException)
        {
            _decoder.Recover();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ModelFormatException">The adapter is broken, does not fit the model, or asks for what is not served.</exception>
    public AdapterSummary LoadAdapter(int number, ModelFiles files) => _decoder.LoadAdapter(number, files);

    /// <inheritdoc/>
    public void UnloadAdapter(int number) => _decoder.UnloadAdapter(number);

    /// <summary>
    /// For checks and for measuring quality: the logits after each token of a text, [tokens, vocabulary] flattened, all of them computed as a prompt's tokens
    /// or all as a completion's. Uses slot 0, which must be free.
    /// </summary>
    public float[] Logits(IReadOnlyList<int> text, bool asPrompt, int adapter = 0)
    {
        using var inference = inference_mode();
        using var stream = _stream.Enter();
        using var output = _decoder.Forward(new StepPlan
        {
            Rows = [.. text.Select((token, position) => new TokenRow(token, position, 0, adapter))],
            PromptRows = asPrompt ? text.Count : 0,
            SamplingRows = [.. Enumerable.Range(0, text.Count)],
        });
        var values = output.Logits!.cpu().data<float>().ToArray();
        _decoder.ReleaseSlot(0);
        return values;
    }

    /// <summary>Lets the code be compiled and libtorch's threads start: a chunk of prompt, then single tokens.</summary>
    internal void WarmUp()
    {
        using var stream = _stream.Enter();
        var chunk = Math.Clamp(Limits.ContextLength - 2, 1, 30);
        TokenRow[][] steps = [[.. Enumerable.Range(0, chunk).Select(Row)], [Row(chunk)], [Row(chunk + 1)]];
        var plain = new Sequence(-1, [0], new SamplingParameters { TopP = 0.9f, TopK = 40 });
        var sequence = new Sequence(-1, [0], plain.Parameters with { TopLogprobs = 1, FrequencyPenalty = 0.1f });
        foreach (var step in steps)
        {
            using var output = _decoder.Forward(new StepPlan { Rows = step, PromptRows = step.Length == 1 ? 0 : step.Length, SamplingRows = [step.Length - 1] });
            Sample(output.Logits!, new(sequence, 0, 1));
            Sample(output.Logits!, new(plain, 0, 1));
        }

        (_decoder as GpuDecoder)?.CaptureSteps();
        _decoder.ReleaseSlot(0);

        // A context of one or two tokens begins anew.
        TokenRow Row(int position) => new(0, position < Limits.ContextLength ? position : 0, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _parts.Dispose();

    /// <summary>What a step gives back and begins with.</summary>
    private void Prepare(StepBatch batch)
    {
        foreach (var slot in batch.Released)
        {
            _decoder.ReleaseSlot(slot);
        }

        foreach (var block in batch.ReleasedBlocks)
        {
            _decoder.ReleaseBlock(block);
        }

        foreach (var state in batch.ReleasedStates)
        {
            _decoder.ReleaseState(state);
        }

        _decoder.Restore(batch.Restores);
        foreach (var copy in batch.StateRestores)
        {
            _decoder.Restore(copy);
        }
    }

    /// <summary>What a step leaves in the cache.</summary>
    private void Keep(StepBatch batch)
    {
        _decoder.Save(batch.Saves);
        foreach (var copy in batch.StateSaves)
        {
            _decoder.Save(copy);
        }
    }

    /// <summary>What was admitted in the instant in which its adapter was unloaded fails alone.</summary>
    private void CheckAdapters(IReadOnlyList<SequenceStep> steps)
    {
        foreach (var step in steps)
        {
            if (step.Sequence.Adapter != 0 && !_decoder.HasAdapter(step.Sequence.Adapter))
            {
                throw new SequenceFaultException(
                    step.Sequence, "The model's adapter was unloaded before the request began. Please choose another model.");
            }
        }
    }

    /// <summary>The logits of the rows that are scored, behind those that are sampled; the caller owns them.</summary>
    private static Tensor ScoredRows(Tensor logits, StepPlan plan) => logits.narrow(0, plan.SamplingRows.Length, plan.ScoringRows.Length);

    /// <summary>Samples from one row. Weights that are no numbers are known by it.</summary>
    private void Sample(Tensor logits, SequenceStep step)
    {
        var results = _gpuSampler?.Sample(logits, [step]) ?? _sampler.Sample(logits, [step]);
        if (results[0].Fault is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>Queues a step and the copies of its results to the host. What the device samples it keeps as well, for a step that awaits it.</summary>
    private LaunchedStep Launch(StepBatch batch, StepPlan plan, GpuSampler sampler, DisposableStack parts)
    {
        if (_launched is not null && plan.Rows.Length > 0)
        {
            _launched.IsOvertaken = true;
        }

        var output = plan.Rows.Length == 0 ? null : parts.Own(_decoder.Forward(plan));
        Keep(batch);
        var sampling = plan.Sampling.Length > 0 ? LaunchSampling(output!, plan, sampler, parts) : null;
        var scored = plan.Scoring.Length > 0 ? parts.Own(ScoredRows(output!.Logits!, plan)) : null;
        return new LaunchedStep(_stream, _decoder, sampler, _scorer, plan, parts)
        {
            Sampling = sampling,
            Hidden = ToHost(output?.Hidden),
            Scored = ToHost(scored),
            Done = parts.Own(_stream.Mark()),
        };

        Tensor? ToHost(Tensor? values) => values is null ? null : parts.Own(values.to(CPU, non_blocking: true));
    }

    private GpuSampling LaunchSampling(StepOutput output, StepPlan plan, GpuSampler sampler, DisposableStack parts)
    {
        var count = plan.SamplingRows.Length;
        var sampling = parts.Own(sampler.Launch(parts.Own(output.Logits!.narrow(0, 0, count)), plan.Sampling));
        if (sampling.Ids is { } ids && count == plan.Sampling.Length)    // what follows drafts is never awaited
        {
            using var slots = sampling.Chosen is { } chosen ? output.Slots!.index_select(0, chosen) : output.Slots!.narrow(0, 0, count);
            _decoder.NoteSampled(slots, ids);
        }

        return sampling;
    }
}
