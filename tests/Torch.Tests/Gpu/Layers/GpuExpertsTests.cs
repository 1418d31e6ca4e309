using Rill.Models;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>The ways to the experts' products against one expert and one row after the other.</summary>
public sealed class GpuExpertsTests : IDisposable
{
    private const int Experts = 10;
    private const int Hidden = 6;
    private const int Width = 4;

    private readonly DisposeScope _scope;

    public GpuExpertsTests()
    {
        NativeTorch.Load();
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, false, false)]    // few choices: their matrices are copied
    [InlineData(1, true, true)]
    [InlineData(5, false, true)]     // many: all experts compute
    [InlineData(5, true, false)]
    public void EveryWay_RandomExperts_GivesTheProductsOfEachChoice(int rows, bool scaled, bool biased)
    {
        var random = new Generator(3);
        var gateUp = (Random(Experts, 2 * Width, Hidden), biased ? Random(Experts, 2 * Width) : null);
        var down = (Random(Experts, Hidden, Width), biased ? Random(Experts, Hidden) : null);
        var (input, chosen) = (Random(rows, Hidden), Random(rows, Experts).topk(3, 1).indexes);
        var factors = scaled ? rand([rows, 3], generator: random) : null;
        var expected = OneByOne(gateUp, down, input, chosen, factors);
        var experts = new GpuExperts(Activation.Silu, gateUp, down, mostGatheredBytes: 2 * 3 * Width * Hidden * sizeof(float));    // two at once

        foreach (var way in new[] { experts.Fixed, experts.Gathered, experts.All, experts.Sorted })
        {
            Assert.InRange((way(input, chosen, factors) - expected).abs().max().ToSingle(), 0, 1e-5f);
        }

        Tensor Random(params long[] shape) => randn(shape, generator: random);
    }

    private static Tensor OneByOne(
        (Tensor Weight, Tensor? Bias) gateUp, (Tensor Weight, Tensor? Bias) down, Tensor input, Tensor chosen, Tensor? factors)
    {
        var results = new List<Tensor>();
        for (var row = 0; row < input.shape[0]; row++)
        {
            for (var number = 0; number < chosen.shape[1]; number++)
            {
                var expert = chosen[row, number].ToInt64();
                var factor = factors is null ? 1 : factors[row, number].ToSingle();
                var products = nn.functional.linear(input[row] * factor, gateUp.Weight[expert], gateUp.Bias?[expert]);
                var inner = nn.functional.silu(products.narrow(0, 0, Width)) * products.narrow(0, Width, Width);
                results.Add(nn.functional.linear(inner, down.Weight[expert], down.Bias?[expert]));
            }
        }

        return stack(results, 0).view(input.shape[0], chosen.shape[1], -1);
    }
}
