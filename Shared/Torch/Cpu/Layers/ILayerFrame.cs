using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>What stands around the layers of some models, beside the branches that every layer has. It changes the residual stream.</summary>
internal interface ILayerFrame
{
    /// <summary>Begins a step; the residual stream holds the embedding.</summary>
    void Open(TokenRow[] tokens, RowSplit rows);

    /// <summary>Before a layer's branches.</summary>
    void Enter(int layer, RowSplit rows);

    /// <summary>After them.</summary>
    void Leave(int layer, RowSplit rows);

    /// <summary>After the last layer, before the final norm.</summary>
    void Close(RowSplit rows);
}
