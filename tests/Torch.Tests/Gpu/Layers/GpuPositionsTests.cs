using Rill.Models;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class GpuPositionsTests
{
    [Fact]
    public void Temperatures_PositionsOverSeveralSteps_AreThoseOfTheSpec()
    {
        NativeTorch.Load();
        using var model = new TinyModel();
        using var scope = NewDisposeScope();
        var temperature = new QueryTemperature(Scale: 0.1, Floor: 16, Offset: 1);
        var other = temperature with { Floor = 7, Offset = 0 };
        using var positions = new GpuPositions(model.Spec with { QueryTemperatures = [temperature, null, other] }, CPU);

        var factors = positions.Temperatures(arange(0, 80, ScalarType.Int64));

        Assert.Null(factors[1]);
        Assert.Equal(Enumerable.Range(0, 80).Select(temperature.At), factors[0]!.data<float>().ToArray());
        Assert.Equal(Enumerable.Range(0, 80).Select(other.At), factors[2]!.data<float>().ToArray());
    }

    [Fact]
    public void Temperatures_ModelWithout_AreEmpty()
    {
        NativeTorch.Load();
        using var model = new TinyModel();
        using var positions = new GpuPositions(model.Spec, CPU);
        using var rows = arange(0, 3, ScalarType.Int64);

        Assert.Empty(positions.Temperatures(rows));
    }
}
