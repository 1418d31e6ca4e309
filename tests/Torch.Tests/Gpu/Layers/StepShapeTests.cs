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

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(4097, 32_768)]
    [InlineData(40_000, 100_000)]
    public void For_AttentionThatCopiesNothing_KnowsFewerSpans(int length, int expectedSpan) =>
        Assert.Equal(new StepShape(2, expectedSpan), StepShape.For(2, length, slotCount: 48, contextLength: 100_000, copiesSpans: false));

    [Fact]
    public void Common_SlotsThatAreNoPowerOfTwo_AreAllOfThemAtLast() => Assert.Equal(
        [new(1, 512), new(2, 512), new(4, 512), new(6, 512), new(1, 2048), new(2, 2048), new(4, 2048), new(6, 2048)],
        StepShape.Common(slotCount: 6, contextLength: 9000, copiesSpans: true));

    [Fact]
    public void Common_ShortContext_HasOneSpan() =>
        Assert.Equal([new(1, 300), new(2, 300)], StepShape.Common(slotCount: 2, contextLength: 300, copiesSpans: true));

    [Fact]
    public void Common_AttentionThatCopiesNothing_HasOneSpan() =>
        Assert.Equal([new(1, 4096)], StepShape.Common(slotCount: 1, contextLength: 9000, copiesSpans: false));
}
