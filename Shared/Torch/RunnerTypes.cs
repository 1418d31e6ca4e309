using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Quantization;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>Which decoder a model gets, and the types that it computes in and keeps.</summary>
/// <param name="Data">The type of the weights; never <see cref="TorchDataType.Auto"/>.</param>
/// <param name="KeyValues">The type of keys and values; never <see cref="TorchDataType.Auto"/>.</param>
/// <param name="OnTensors">True for the decoder of tensor operations, false for the CPU's kernels.</param>
internal sealed record RunnerTypes(TorchDataType Data, TorchDataType KeyValues, bool OnTensors)
{
    /// <summary>The format of the matrices; null where they are not quantized.</summary>
    public QuantizedFormat? Quantized => QuantizedFormatOf(Data);

    /// <summary>The type of what is computed beside quantized matrices.</summary>
    public ScalarType Computing => Data switch
    {
        TorchDataType.Float32 => ScalarType.Float32,
        TorchDataType.Float16 => ScalarType.Float16,
        _ => KeyValues == TorchDataType.Float16 ? ScalarType.Float16 : ScalarType.BFloat16,
    };

    /// <summary>Bytes of a weight on a GPU.</summary>
    public int WeightBytes => Data == TorchDataType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Why the type is not the files' own, as a sentence for the log; null where it is, or was set.</summary>
    public string? Note { get; init; }

    /// <summary>How keys and values are stored.</summary>
    /// <exception cref="ModelFormatException">They do not come in this type.</exception>
    public KeyValueFormat KeyValueFormat => KeyValues switch
    {
        TorchDataType.Float32 => KeyValueFormat.Float32,
        TorchDataType.BFloat16 => KeyValueFormat.BFloat16,
        TorchDataType.Float16 when OnTensors => KeyValueFormat.Float16,
        TorchDataType.Q8 => KeyValueFormat.Q8,
        _ => throw new ModelFormatException($"Keys and values cannot be kept in {KeyValues}: choose auto, f32, bf16 or q8 (Rill__KvDtype)."),
    };

    /// <summary>The format that a type stands for; null for those that are not quantized.</summary>
    public static QuantizedFormat? QuantizedFormatOf(TorchDataType type) => type switch
    {
        TorchDataType.Q8 => QuantizedFormat.Q8,
        TorchDataType.Q4 => QuantizedFormat.Q4,
        _ => null,
    };

    /// <summary>Chooses what the options leave open.</summary>
    /// <param name="options">The options.</param>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights, of which nothing is read.</param>
    /// <param name="capability">The GPU's compute capability; null where there is none or it does not say.</param>
    /// <exception cref="ModelFormatException">The options do not fit one another, or the machine.</exception>
    public static RunnerTypes Choose(TorchRunnerOptions options, DecoderSpec spec, ModelWeights weights, Version? capability)
    {
        var onTensors = options.UseGpuDecoder || options.Device != "cpu" || !MatrixKernel.IsSupported;
        var (data, note) = options.DataType != TorchDataType.Auto ? (options.DataType, null)
            : onTensors ? GpuTypes.Choose(spec, weights, capability)
            : (OnCpu(ComputeType.Default(spec, weights)), null);
        Check(data, onTensors, options);
        var isQuantized = QuantizedFormatOf(data) is not null;
        var keyValues = options.KeyValueType != TorchDataType.Auto && !onTensors ? options.KeyValueType
            : !isQuantized ? data
            : onTensors ? GpuTypes.BesideQuantized(spec, capability)
            : TorchDataType.BFloat16;
        return new(data, keyValues, onTensors) { Note = note };
    }

    private static TorchDataType OnCpu(ComputeFormat format) => format switch
    {
        ComputeFormat.Float32 => TorchDataType.Float32,
        ComputeFormat.Q8 => TorchDataType.Q8,
        ComputeFormat.Q4 => TorchDataType.Q4,
        _ => TorchDataType.BFloat16,
    };

    private static void Check(TorchDataType data, bool onTensors, TorchRunnerOptions options)
    {
        if (onTensors && QuantizedFormatOf(data) is not null && options.Device == "cpu" && options.Kernels is null)
        {
            throw new ModelFormatException(
                $"{data} weights need the CPU's kernels, which do not serve a processor without fused multiply-add vectors; choose bf16 or f32.");
        }

        if (!onTensors && data == TorchDataType.Float16)
        {
            throw new ModelFormatException("The CPU's kernels do not compute in f16; set Rill__Dtype to auto, bf16 or f32 (files in f16 are read in any of them).");
        }
    }
}
