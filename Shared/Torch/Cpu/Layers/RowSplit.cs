namespace Rill.Torch.Cpu.Layers;

/// <summary>Who computes the linear layers of which rows of a step.</summary>
/// <param name="Count">All rows.</param>
/// <param name="ByTorch">How many of them, the first ones, libtorch computes; our kernels the others.</param>
internal readonly record struct RowSplit(int Count, int ByTorch)
{
    /// <summary>How many, the last ones, our kernels compute.</summary>
    public int ByKernels => Count - ByTorch;
}
