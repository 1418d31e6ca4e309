using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public sealed class KeyValueRoomTests
{
    [Theory]
    [InlineData(131072, 64, 49152, 0, "6 sequences of 131072 tokens or 64 of 12288")]
    [InlineData(4096, 8, 4096, 0, "8 sequences of 4096 tokens")]
    [InlineData(100, 4, 10, 0, "1 sequences of 100 tokens or 4 of 32")]
    [InlineData(100, 4, 40, 3, "4 sequences of 100 tokens")]
    [InlineData(100, 4, 24, 3, "2 sequences of 100 tokens or 4 of 48")]
    public void Of_Limits_SaysHowManySequencesOfWhichLengthFit(int context, int slots, int blocks, int stateBlocks, string room) =>
        Assert.Equal(room, KeyValueRoom.Of(new ModelLimits(100, context, slots, 16, blocks) { StateBlocks = stateBlocks }).ToString());
}
