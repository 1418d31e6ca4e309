using Rill.Torch.Gpu.Layers;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class StepShapeTests
{
    [Theory]
    [InlineData(1, 1, 1, 512)]
    [InlineData(3, 512, 4, 512)]
    [InlineData(8, 513, 8, 2048)]
    [InlineData(33, 2049, 48, 6000)]    // no more than there are slots and positions
    [InlineData(48, 6000, 48, 6000)]
    public void For_RowsAndLength_RoundsUpToFewShapes(int rows, int length, int expectedRows, int expectedSpan) =>
        Assert.Equal(new StepShape(expectedRows, expectedSpan), StepShape.For(rows, length, slotCount: 48, contextLength: 6000));
}
