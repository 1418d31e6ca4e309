using Rill.Torch.Native;

namespace Rill.Torch.Tests.Native;

public sealed class DisposableStackTests
{
    [Fact]
    public void Dispose_Parts_GoOnceInTheOppositeOrder()
    {
        var ended = new List<string>();
        var stack = new DisposableStack();
        stack.Own(new Part("first", ended));
        stack.Own(new Part("second", ended));

        stack.Dispose();
        stack.Dispose();

        Assert.Equal(["second", "first"], ended);
    }

    [Fact]
    public void Build_ThatFailsHalfWay_DisposesWhatWasMade()
    {
        var ended = new List<string>();

        Assert.Throws<InvalidOperationException>(() => DisposableStack.Build<Part>(parts =>
        {
            parts.Own(new Part("made", ended));
            throw new InvalidOperationException();
        }));

        Assert.Equal(["made"], ended);
    }

    [Fact]
    public void Build_ThatSucceeds_KeepsAll()
    {
        var ended = new List<string>();

        DisposableStack.Build(parts => parts.Own(new Part("kept", ended)));

        Assert.Empty(ended);
    }

    private sealed class Part(string name, List<string> ended) : IDisposable
    {
        public void Dispose() => ended.Add(name);
    }
}
