using Rill.Serving;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>A step that was queued on a device, and the copies of its results to the host behind it.</summary>
/// <param name="stream">Where it was queued.</param>
/// <param name="decoder">Computes it.</param>
/// <param name="sampler">Reads what was sampled.</param>
/// <param name="scorer">Reads what prompts are worth.</param>
/// <param name="plan">What it computes.</param>
/// <param name="parts">Owns all of its tensors.</param>
internal sealed class LaunchedStep(
    IStepDevice stream, IDecoder decoder, GpuSampler sampler, PromptScorer scorer, StepPlan plan, DisposableStack parts) : IPendingStep
{
    /// <summary>What is sampled; null where nothing is.</summary>
    public GpuSampling? Sampling { get; init; }

    /// <summary>Hidden states, f32 [pooling rows, hidden], on the host once the step is done; null where there are none.</summary>
    public Tensor? Hidden { get; init; }

    /// <summary>Logits of the rows that are scored, f32 [scoring rows, vocabulary], on the host once the step is done; null where there are none.</summary>
    public Tensor? Scored { get; init; }

    /// <summary>The end of it all.</summary>
    public required IStepMark Done { get; init; }

    /// <summary>True once another step was queued behind this one, which overwrites its logits.</summary>
    public bool IsOvertaken { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Collect()
    {
        using (parts)
        using (inference_mode())
        using (stream.Enter())
        {
            try
            {
                return Read();
            }
            catch
            {
                decoder.Recover();
                throw;
            }
        }
    }

    private StepResult[] Read()
    {
        Done.Wait();
        StepResult[] sampled = Sampling is null ? [] : sampler.Read(Sampling, IsOvertaken);
        return StepResults.Join(plan, sampled, Hidden, Scored, scorer);
    }
}
