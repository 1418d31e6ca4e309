using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>A layer's feed-forward.</summary>
internal interface IFeedForward
{
    /// <summary>output = the feed-forward of the input's rows.</summary>
    void Forward(RowBuffer input, RowBuffer output, RowSplit rows);

    /// <summary>residual += the feed-forward of the input's rows.</summary>
    void AddTo(RowBuffer input, RowBuffer residual, RowSplit rows);
}
