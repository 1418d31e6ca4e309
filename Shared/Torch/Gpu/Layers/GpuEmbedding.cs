using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>What a token and its position become in the residual stream.</summary>
internal sealed class GpuEmbedding
{
    private readonly DecoderSpec _spec;
    private readonly Tensor? _positions;

    /// <param name="spec">The model.</param>
    /// <param name="linears">Makes the table.</param>
    /// <param name="weights">Brings weights to the device.</param>
    public GpuEmbedding(DecoderSpec spec, GpuLinears linears, DeviceWeights weights)
    {
        _spec = spec;
        Table = linears.Table(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize);
        _positions = spec.LearnedPositions ? weights.Get(spec.Names.Positions, spec.ContextLength, spec.HiddenSize) : null;
    }

    /// <summary>The rows that token ids stand for, [vocabulary, hidden].</summary>
    public IGpuTable Table { get; }

    /// <summary>The pass's rows, [N, hidden], a new tensor.</summary>
    public Tensor Forward(GpuPass pass)
    {
        var hidden = Table.Gather(pass.Tokens);
        if (_spec.EmbeddingScale != 1)
        {
            hidden.mul_(_spec.EmbeddingScale);
        }

        return _positions is null ? hidden : hidden.add_(_positions.index_select(0, pass.Positions));
    }
}
