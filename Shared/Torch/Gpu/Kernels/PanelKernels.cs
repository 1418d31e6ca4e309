using Rill.Torch.Decoding;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// Computes with matrices in packed panels on a device: few rows by a kernel of ours that reads the panels, more by libtorch after a part of
/// the matrix was turned back into the computing type, in memory that all matrices share. Inputs and results are of the computing type.
/// </summary>
internal sealed class PanelKernels
{
    /// <summary>Most rows for which the panels are read: beyond, libtorch's products by tensor cores pay for the detour.</summary>
    public const int FewRows = 8;

    private const int Threads = 256;
    private const int PanelBlockInner = PackedPanels.BlockInner;
    private const int PanelOutputs = PackedPanels.PanelOutputs;

    private readonly ScalarType _type;
    private readonly Tensor _scratch;
    private readonly Dictionary<int, ForBits> _kernels;

    /// <summary>Makes the kernels ready.</summary>
    /// <param name="device">Where they run.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="place">The same device as libtorch names it.</param>
    /// <param name="scratchElements">Elements of a matrix that are turned back at once, at least a panel of the widest.</param>
    /// <param name="parts">Owns the memory.</param>
    /// <exception cref="KernelException">The device does not take them.</exception>
    public PanelKernels(IKernelDevice device, ScalarType type, Device place, long scratchElements, DisposableStack parts)
    {
        _type = type;
        var element = ElementKernels.Of(type);
        _kernels = new() { [8] = ForBits.Load<Q8PanelBlocks>(device, element), [4] = ForBits.Load<Q4PanelBlocks>(device, element) };
        _scratch = parts.Own(empty([scratchElements], type, place));
    }

    /// <summary>input [N, inner] * matrixᵀ (+ bias [outputs]), [N, outputs]. The caller's scope owns what it makes.</summary>
    public Tensor Multiply(DevicePanels matrix, Tensor input, Tensor? bias)
    {
        var rows = (int)input.shape[0];
        return rows is 0 or > FewRows || matrix.Inner % PanelBlockInner != 0 || !IsAligned(input)
            ? ByTorch(matrix, input, bias)
            : ByPanels(matrix, input, bias, rows);
    }

    /// <summary>The rows of a matrix that ids int64 [N] name, [N, inner]. The caller's scope owns what it makes.</summary>
    public Tensor Gather(DevicePanels matrix, Tensor ids)
    {
        var target = empty([ids.shape[0], matrix.Inner], _type, ids.device);
        if (ids.shape[0] > 0)
        {
            _kernels[matrix.Bits].Gather.Launch(ids.shape[0], matrix.Bytes, ids.contiguous(), target, matrix.Inner, matrix.Blocks);
        }

        return target;
    }

    private static bool IsAligned(Tensor input) =>
        input.is_contiguous() && ((KernelArgument)input).First % (4 * input.ElementSize) == 0;    // read by fours

    private Tensor ByPanels(DevicePanels matrix, Tensor input, Tensor? bias, int rows)
    {
        var target = empty([rows, matrix.Outputs], _type, input.device);
        var (kernel, rowsAtOnce) = rows == 1 ? (_kernels[matrix.Bits].One, OneRow.Rows) : (_kernels[matrix.Bits].Four, FourRows.Rows);
        var groups = (long)matrix.Panels * ((rows + rowsAtOnce - 1) / rowsAtOnce);
        kernel.Launch(
            groups, matrix.Bytes, matrix.Bytes, input, bias ?? target, target, rows, matrix.Outputs, matrix.Blocks, bias is null ? 0 : 1);
        return target;
    }

    private Tensor ByTorch(DevicePanels matrix, Tensor input, Tensor? bias)
    {
        var atOnce = (int)Math.Min(matrix.Panels, _scratch.NumberOfElements / ((long)matrix.Inner * PanelOutputs));
        if (atOnce == matrix.Panels)
        {
            return nn.functional.linear(input, Dequantized(matrix, 0, matrix.Outputs), bias);
        }

        var target = empty([input.shape[0], matrix.Outputs], _type, input.device);
        for (var panel = 0; panel < matrix.Panels; panel += atOnce)
        {
            var first = panel * PanelOutputs;
            var count = Math.Min(atOnce * PanelOutputs, matrix.Outputs - first);
            target.narrow(1, first, count).copy_(nn.functional.linear(input, Dequantized(matrix, panel, count), bias?.narrow(0, first, count)));
        }

        return target;
    }

    /// <summary>Outputs from a panel on, [count, inner], in the shared memory.</summary>
    private Tensor Dequantized(DevicePanels matrix, int panel, int count)
    {
        var target = _scratch.narrow(0, 0, (long)count * matrix.Inner).view(count, matrix.Inner);
        var pieces = (long)((count + PanelOutputs - 1) / PanelOutputs) * matrix.Blocks * PanelOutputs * (PanelBlockInner / 4);
        _kernels[matrix.Bits].Dequantize.LaunchOver(pieces, matrix.Bytes, target, panel, count, matrix.Inner, matrix.Blocks);
        return target;
    }

    /// <summary>The kernels for codes of some bits.</summary>
    private sealed record ForBits(IKernel One, IKernel Four, IKernel Dequantize, IKernel Gather)
    {
        public static ForBits Load<TBlocks>(IKernelDevice device, Type element) where TBlocks : IPanelBlocks => new(
            device.Load(typeof(PanelKernel), nameof(PanelKernel.Multiply), Threads, element, typeof(TBlocks), typeof(OneRow)),
            device.Load(typeof(PanelKernel), nameof(PanelKernel.Multiply), Threads, element, typeof(TBlocks), typeof(FourRows)),
            device.Load(typeof(PanelKernel), nameof(PanelKernel.Dequantize), Threads, element, typeof(TBlocks)),
            device.Load(typeof(PanelKernel), nameof(PanelKernel.Gather), Threads, element, typeof(TBlocks)));
    }
}
