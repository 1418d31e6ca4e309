using Rill.Models;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class LayerKindsTests
{
    [Fact]
    public void LastOfEach_LayersAllAlike_GivesTheLast()
    {
        using var model = new TinyModel();

        Assert.Equal([2], LayerKinds.LastOfEach(model.Spec));
    }

    [Fact]
    public void LastOfEach_ExpertsAndPositionsInSomeLayers_GivesEachKindsLast()
    {
        using var model = new TinyModel();
        var (rotary, experts) = (model.Spec.Rotaries[0], new MoeSpec { Experts = 4, Top = 2, Width = 8 });
        var spec = model.Spec with
        {
            LayerCount = 5,
            Rotaries = [rotary, rotary, null, rotary, rotary],
            Experts = [null, experts, experts, experts with { }, null],
        };

        Assert.Equal([2, 3, 4], LayerKinds.LastOfEach(spec));
    }
}
