using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// A weight matrix in q8 or q4. Our kernels multiply its codes with quantized inputs. For libtorch, which computes prompts where they lack
/// wide tiles, it is turned back into bf16, each time and into memory that all matrices share: beside a chunk of some hundred rows that
/// costs little.
/// </summary>
/// <param name="matrix">The weights; their memory must outlive this.</param>
/// <param name="team">The threads.</param>
/// <param name="scratch">The memory for the matrix in bf16.</param>
internal sealed unsafe class QuantizedWeight(QuantizedMatrix matrix, ThreadTeam team, LinearScratch scratch) : LinearWeight(matrix.Outputs, matrix.Inner)
{
    public override bool TakesQuantized => true;

    public override void Multiply(int first, int count, in LinearInput input, float* target, int stride) =>
        QuantizedKernel.Multiply(matrix, first, count, input.Quantized, input.Count, target, stride);

    public override Tensor MultiplyByTorch(Tensor input)
    {
        var wide = (nint)scratch.Widened.Ensure((long)Outputs * Inner * sizeof(ushort));
        team.Run(matrix.Panels, (long)Outputs * Inner, panel => Dequantizer.Panel<BFloat16Elements>(matrix, panel, (void*)wide));
        using var weight = TensorMemory.Wrap(wide, ScalarType.BFloat16, Outputs, Inner);
        return nn.functional.linear(input, weight);
    }
}
