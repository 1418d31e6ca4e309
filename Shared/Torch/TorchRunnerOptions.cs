using System.ComponentModel.DataAnnotations;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Torch;

/// <summary>How a model is loaded.</summary>
public sealed record TorchRunnerOptions
{
    private const int CpuStepTokens = 512;
    private const int GpuStepTokens = 4096;

    /// <summary>Where the model runs: "cpu", or "cuda" (with a number after a colon for one of several).</summary>
    [RegularExpression("cpu|cuda(:[0-9]+)?")]
    public string Device { get; init; } = "cpu";

    /// <summary>The type to compute in.</summary>
    public TorchDataType DataType { get; init; }

    /// <summary>
    /// The type of keys and values on the CPU: f32, bf16 or q8 (signed bytes with a scale for each key and value of a head); by default the
    /// computing type, or bf16 with quantized weights. Elsewhere it is always the computing type.
    /// </summary>
    public TorchDataType KeyValueType { get; init; }

    /// <summary>Most sequences that hold KV memory at once.</summary>
    [Range(1, 1024)]
    public int SlotCount { get; init; } = 32;

    /// <summary>Most tokens of a sequence; null for the model's own context length, which is also the upper bound.</summary>
    [Range(1, int.MaxValue)]
    public int? ContextLength { get; init; }

    /// <summary>Tokens in a block of the KV cache.</summary>
    [Range(1, 1024)]
    public int BlockSize { get; init; } = 16;

    /// <summary>
    /// Memory for keys and values, in MiB. Null: at most a quarter of the machine's or container's memory on the CPU; on CUDA most of what
    /// weights and the largest step leave free, which is also the upper bound.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? KeyValueMemoryMiB { get; init; }

    /// <summary>Threads for computing on the CPU; null for one per core.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }

    /// <summary>
    /// True to keep a second copy of the weights, reordered for the matrix products of prompts. Only in bf16 on the CPU.
    /// </summary>
    public bool PackWeights { get; init; }

    /// <summary>
    /// Where weights in q8 and q4 are kept for the next start: <c>auto</c> (beside the model, where it lies in a directory), <c>off</c>
    /// (nowhere), or a folder.
    /// </summary>
    public string QuantizedCache { get; init; } = QuantizedPlace.Auto;

    /// <summary>Told while weights are quantized which share of them is, from 0 to 1.</summary>
    public Action<double> Quantizing { get; init; } = static _ => { };

    /// <summary>Most tokens of a step; null for what suits the device: 512 on the CPU, 4096 on a GPU.</summary>
    [Range(1, 65_536)]
    public int? StepTokens { get; init; }

    /// <summary>True to capture decoding steps as CUDA graphs, where that works.</summary>
    public bool CudaGraphs { get; init; } = true;

    /// <summary>Gets a sentence for the log when something of the device cannot be used, at load or in a later step.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>Gets a sentence for the log about what was prepared at load.</summary>
    public Action<string> Inform { get; init; } = static _ => { };

    /// <summary>True to launch steps of a GPU before the tokens of the one before are read.</summary>
    public bool Overlap { get; init; } = true;

    /// <summary>For tests: runs the tensor decoder on the CPU, where the kernels would be used.</summary>
    internal bool UseGpuDecoder { get; init; }

    /// <summary>For tests: what captures the tensor decoder's steps on the CPU.</summary>
    internal IStepDevice? StepDevice { get; init; }

    /// <summary>For tests: what stands in for the flash kernel on the CPU.</summary>
    internal FlashAttention.Kernel? Flash { get; init; }

    /// <summary>For tests: a smaller <see cref="GpuPlace.StagingBytes"/>.</summary>
    internal int? StagingBytes { get; init; }

    /// <summary>For tests: what runs kernels of ours over the CPU's tensors; the runner disposes it.</summary>
    internal IKernelDevice? Kernels { get; init; }

    /// <summary>For tests: the device's memory for keys and values, in place of what the device has.</summary>
    internal Func<IDeviceMemory?>? DeviceMemory { get; init; }

    /// <summary>For tests: a smaller <see cref="GpuPlace.MostCopiedBytes"/>.</summary>
    internal long? MostCopiedBytes { get; init; }

    /// <summary>For tests: another <see cref="GpuPlace.CaptureTime"/>.</summary>
    internal TimeSpan? CaptureTime { get; init; }

    /// <summary>
    /// <see cref="StepTokens"/>, or what suits a device: a GPU is bound by computing, not by reading weights, from some thousand tokens on.
    /// </summary>
    internal int StepTokensOn(DeviceType device) => StepTokens ?? (device == DeviceType.CUDA ? GpuStepTokens : CpuStepTokens);
}
