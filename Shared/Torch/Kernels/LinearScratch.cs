namespace Rill.Torch.Kernels;

/// <summary>Memory that the linear layers of a decoder share: one of them runs at a time.</summary>
internal sealed class LinearScratch : IDisposable
{
    /// <summary>Products on their way into a residual or a gate.</summary>
    public NativeBuffer Products { get; } = new();

    /// <summary>bf16 inputs for libtorch.</summary>
    public NativeBuffer Narrowed { get; } = new();

    public void Dispose()
    {
        Products.Dispose();
        Narrowed.Dispose();
    }
}
