using Rill.Models;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>A model's matrices in q8 or q4, brought to a device as they are.</summary>
internal sealed class PackedWeights
{
    /// <summary>The most memory that a part of a matrix takes that is turned back for many rows.</summary>
    public const long MostScratchBytes = MostScratchElements * sizeof(ushort);

    private const long MostScratchElements = 128L << 20;

    private readonly Func<string, PackedPanels> _matrices;
    private readonly Device _device;
    private readonly DisposableStack _parts;

    private PackedWeights(Func<string, PackedPanels> matrices, PanelKernels kernels, Device device, DisposableStack parts) =>
        (_matrices, Kernels, _device, _parts) = (matrices, kernels, device, parts);

    /// <summary>Computes with them.</summary>
    public PanelKernels Kernels { get; }

    /// <summary>Makes the kernels ready and tries them.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="matrices">Its matrices on the host, by name.</param>
    /// <param name="type">The computing type.</param>
    /// <param name="place">Where it runs.</param>
    /// <param name="parts">Owns what is made.</param>
    /// <exception cref="ModelFormatException">The device cannot compute with them, or the decoder with experts; the message says why.</exception>
    public static PackedWeights Open(
        DecoderSpec spec, Func<string, PackedPanels> matrices, ScalarType type, GpuPlace place, DisposableStack parts)
    {
        if (Enumerable.Range(0, spec.LayerCount).Any(layer => spec.ExpertsOf(layer) is not null))
        {
            throw new ModelFormatException(
                $"{spec.Architecture}: experts in q8 or q4 are not computed on a GPU; choose bf16 (Rill__Dtype), or the CPU (Rill__Device=cpu).");
        }

        try
        {
            var device = place.Kernels ?? throw new KernelException("the device runs none");
            var kernels = new PanelKernels(device, type, place.Device, ScratchElements(spec), parts);
            PanelProbe.Check(kernels, type, place.Device);
            return new(matrices, kernels, place.Device, parts);
        }
        catch (KernelException failure)
        {
            throw new ModelFormatException(
                $"Weights in q8 or q4 need kernels of ours on the GPU, which cannot be used: {failure.Message}; choose bf16 or f16 (Rill__Dtype).");
        }
    }

    /// <summary>Linear layers over the same input as one.</summary>
    /// <param name="weights">Brings biases to the device.</param>
    /// <param name="bias">True when the layers have biases.</param>
    /// <param name="layers">Name and outputs of each.</param>
    public IGpuLinear Linear(DeviceWeights weights, bool bias, params ReadOnlySpan<(string Layer, long Outputs)> layers)
    {
        var matrices = new List<PackedPanels>();
        foreach (var (layer, _) in layers)
        {
            matrices.Add(_matrices(layer + ".weight"));
        }

        if (DevicePanels.AreWhole(matrices))
        {
            return new PackedLinear(Kernels, DevicePanels.Place(matrices, _device, _parts), weights.Bias(bias, layers));
        }

        var beside = new List<IGpuLinear>();
        foreach (var layer in layers)
        {
            beside.Add(Linear(weights, bias, layer));
        }

        return new LinearsBeside(beside);
    }

    /// <summary>One matrix.</summary>
    public DevicePanels Matrix(string name) => DevicePanels.Place([_matrices(name)], _device, _parts);

    private static long ScratchElements(DecoderSpec spec)
    {
        var shapes = DecoderTensors.Matrices(spec).Select(matrix => matrix.Shape).ToList();
        var panel = PackedPanels.PanelOutputs * shapes.Max(shape => shape[1]);
        var together = shapes.Max(shape => (shape[0] + PackedPanels.PanelOutputs) * shape[1]) * 3;    // layers over the same input lie together
        return Math.Max(panel, Math.Min(together, MostScratchElements));
    }
}
