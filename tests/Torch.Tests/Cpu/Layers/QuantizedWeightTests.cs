using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Layers;

public sealed unsafe class QuantizedWeightTests
{
    [Theory]
    [InlineData(nameof(QuantizedFormat.Q8))]
    [InlineData(nameof(QuantizedFormat.Q4))]
    public void Forward_RowsByTorchAndByKernels_AgreeWithTheDequantizedProduct(string format)
    {
        NativeTorch.Load();
        const int inner = 83, rows = 11;
        using var first = new TestMatrix(Enum.Parse<QuantizedFormat>(format), 37, inner);
        using var second = new TestMatrix(Enum.Parse<QuantizedFormat>(format), 22, inner, TestMatrix.Values(22 * inner, seed: 9));
        using var team = new ThreadTeam(2);
        using var scratch = new LinearScratch();
        var linear = new CpuLinear(team, scratch, [new QuantizedWeight(first.Matrix, team, scratch), new QuantizedWeight(second.Matrix, team, scratch)], bias: null);
        using RowBuffer input = new(inner), output = new(linear.Outputs);
        input.Ensure(rows);
        output.Ensure(rows);
        for (var i = 0; i < rows * inner; i++)
        {
            input.Row(0)[i] = MathF.Sin(i);
        }

        var weights = first.Dequantized().Concat(second.Dequantized()).ToArray();

        foreach (var byTorch in new[] { 0, 1, 4, rows })
        {
            linear.Forward(input, output, new(rows, byTorch));

            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < linear.Outputs; i++)
                {
                    var products = Enumerable.Range(0, inner).Select(k => (double)weights[(i * inner) + k] * input.Row(row)[k]).ToList();
                    var bound = products.Sum(Math.Abs) / 64;    // bf16 rounds to 1/256, inputs in bytes to 1/254 of the largest of 32
                    Assert.InRange(output.Row(row)[i], products.Sum() - bound, products.Sum() + bound);
                }
            }
        }
    }
}
