using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Turns hidden rows, normed, into logits.</summary>
internal sealed class GpuLogitsHead
{
    private readonly DecoderSpec _spec;
    private readonly IGpuLinear _head;

    /// <param name="spec">The model.</param>
    /// <param name="linears">Makes the table.</param>
    /// <param name="weights">Brings weights to the device.</param>
    /// <param name="embedding">Whose table it shares, where the model ties them.</param>
    public GpuLogitsHead(DecoderSpec spec, GpuLinears linears, DeviceWeights weights, GpuEmbedding embedding)
    {
        _spec = spec;
        var table = spec.TiedEmbeddings ? embedding.Table : linears.Table(spec.Names.Head, spec.VocabularySize, spec.HiddenSize);
        _head = table.AsLinear(spec.HeadBias ? weights.Get(WeightNames.BiasOf(spec.Names.Head), spec.VocabularySize) : null);
    }

    /// <summary>[N, hidden] to f32 [N, vocabulary]. The caller's scope owns what it makes.</summary>
    public Tensor Forward(Tensor hidden)
    {
        var logits = _head.Forward(hidden).to_type(ScalarType.Float32);
        if (_spec.LogitScale != 1)
        {
            logits.mul_(_spec.LogitScale);
        }

        return _spec.LogitSoftCap is { } cap ? logits.div_(cap).tanh_().mul_(cap) : logits;
    }
}
