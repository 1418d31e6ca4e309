using Rill.Torch.Native;

namespace Rill.Torch.Tests.Native;

public sealed unsafe class NativeBufferTests
{
    [Fact]
    public void Ensure_AfterAFailedAllocation_AllocatesAgain()
    {
        using var buffer = new NativeBuffer();

        Assert.Throws<OutOfMemoryException>(() => buffer.Ensure(long.MaxValue / 2));

        Assert.True(buffer.Start is null);
        buffer.Ensure(1000);
        Assert.False(buffer.Start is null);
        new Span<byte>(buffer.Start, 1000).Fill(1);
    }

    [Fact]
    public void Ensure_LessThanThereIs_KeepsTheMemory()
    {
        using var buffer = new NativeBuffer();
        var start = (nint)buffer.Ensure(1000);

        Assert.Equal(start, (nint)buffer.Ensure(10));
        Assert.Equal(0, start % 64);
    }
}
