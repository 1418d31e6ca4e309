using Rill.Models;
using Rill.Torch.Gpu.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The fused steps by kernels of ours, over tensors' memory. What they do not take (no rows, other types, other strides) goes the plain way.
/// </summary>
internal sealed class FusedKernels : IFusedKernels
{
    private const int RowThreads = 256;
    private const int HeadThreads = 64;
    private const int ScanThreads = 1024;

    private readonly IFusedKernels _plain;
    private readonly ScalarType _type;
    private readonly float _epsilon;
    private readonly IKernel _addNorm;
    private readonly IKernel _addNormExact;
    private readonly IKernel _gate;
    private readonly IKernel _rotateAndWrite;
    private readonly IKernel _highest;

    /// <summary>Makes the kernels ready.</summary>
    /// <param name="device">Where they run.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="epsilon">Of norms.</param>
    /// <param name="plain">Takes what the kernels do not.</param>
    /// <exception cref="KernelException">The device does not take them.</exception>
    public FusedKernels(IKernelDevice device, ScalarType type, float epsilon, IFusedKernels plain)
    {
        (_plain, _type, _epsilon) = (plain, type, epsilon);
        var element = ElementKernels.Of(type);
        _addNorm = device.Load(typeof(NormKernel), nameof(NormKernel.AddNorm), RowThreads, element, element);
        _addNormExact = device.Load(typeof(NormKernel), nameof(NormKernel.AddNorm), RowThreads, element, typeof(Float32Element));
        _gate = device.Load(typeof(GateKernel), nameof(GateKernel.Gate), RowThreads, element);
        _rotateAndWrite = device.Load(typeof(RotaryKernel), nameof(RotaryKernel.RotateAndWrite), HeadThreads, element);
        _highest = device.Load(typeof(HighestKernel), nameof(HighestKernel.Find), ScanThreads);
    }

    public Tensor AddNorm(Tensor hidden, Tensor branch, double scale, Tensor weight, Tensor? target)
    {
        var isExact = weight.dtype == ScalarType.Float32;
        if (!AreDense(hidden, branch, target ?? hidden) || !(isExact || weight.dtype == _type) || !weight.is_contiguous())
        {
            return _plain.AddNorm(hidden, branch, scale, weight, target);
        }

        var normed = target ?? empty_like(hidden);
        var width = hidden.shape[^1];
        (isExact ? _addNormExact : _addNorm).Launch(
            hidden.NumberOfElements / width, hidden, branch, weight, normed, (int)width, (float)scale, _epsilon);
        return normed;
    }

    public Tensor Gate(Activation activation, Tensor gateUp)
    {
        if (!AreDense(gateUp))
        {
            return _plain.Gate(activation, gateUp);
        }

        var width = gateUp.shape[^1] / 2;
        var target = empty([.. gateUp.shape[..^1], width], _type, gateUp.device);
        _gate.LaunchOver(target.NumberOfElements, gateUp, target, target.NumberOfElements, (int)width, (int)activation);
        return target;
    }

    public Tensor RotateAndWrite(Rotation rotation, Tensor queryKey, Tensor values, CachePlaces places)
    {
        var (rows, shared, width) = (values.shape[0], values.shape[1], values.shape[2]);
        if (rows == 0 || !HasDenseRows(queryKey) || !HasDenseRows(values) || places.Keys.dtype != _type
            || places.Keys.stride(1) != 1 || places.Keys.stride(0) != places.Values.stride(0))
        {
            return _plain.RotateAndWrite(rotation, queryKey, values, places);
        }

        var heads = queryKey.shape[1] - shared;
        var queries = empty([rows, heads, width], _type, queryKey.device);
        _rotateAndWrite.Launch(
            rows * (heads + (2 * shared)), queryKey, values, rotation.Cosines, rotation.Sines, places.Rows, queries, places.Keys, places.Values,
            queryKey.stride(0), values.stride(0), places.Keys.stride(0),
            (int)heads, (int)shared, (int)width, (int)rotation.Cosines.shape[^1], rotation.Rotary.IsInterleaved ? 1 : 0);
        return queries;
    }

    public Tensor Highest(Tensor logits)
    {
        if (logits.shape[0] == 0 || logits.dtype != ScalarType.Float32 || !logits.is_contiguous())
        {
            return _plain.Highest(logits);
        }

        var target = empty([logits.shape[0]], ScalarType.Int64, logits.device);
        _highest.Launch(logits.shape[0], logits, target, (int)logits.shape[1]);
        return target;
    }

    private bool AreDense(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.dtype != _type || !tensor.is_contiguous() || tensor.NumberOfElements == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether each row of [N, heads, d] lies together.</summary>
    private bool HasDenseRows(Tensor heads) => heads.dtype == _type && heads.stride(2) == 1 && heads.stride(1) == heads.shape[2];
}
