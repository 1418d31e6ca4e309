using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The norms over one layer's queries and keys. Letters: N rows, H query heads, Hk key heads, d width of a head.</summary>
internal sealed class GpuHeadNorms
{
    private readonly DecoderSpec _spec;
    private readonly GpuNorm _norm;
    private readonly Tensor? _query;
    private readonly Tensor? _key;

    private GpuHeadNorms(DecoderSpec spec, GpuNorm norm, Tensor? query, Tensor? key) => (_spec, _norm, _query, _key) = (spec, norm, query, key);

    /// <summary>The norms of a layer; null for none.</summary>
    public static GpuHeadNorms? Of(DecoderSpec spec, DeviceWeights weights, GpuNorm norm, int layer)
    {
        var (heads, shared, width) = (spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim);
        return spec.QueryKeyNorm switch
        {
            QueryKeyNorm.None => null,
            QueryKeyNorm.WeightlessAfterRotary => spec.Rotaries[layer] is null ? null : new(spec, norm, null, null),
            QueryKeyNorm.Whole => Load([heads * width], [shared * width]),
            QueryKeyNorm.HeadLayerNorm => Load([heads, width], [shared, width]),
            _ => Load([width], [width]),
        };

        GpuHeadNorms Load(long[] query, long[] key) => new(
            spec, norm, weights.NormWeight(spec, spec.Names.QueryNorm(layer), query), weights.NormWeight(spec, spec.Names.KeyNorm(layer), key));
    }

    /// <summary>Whether the norms come after the rotation.</summary>
    public bool FollowRotation => _spec.QueryKeyNorm is QueryKeyNorm.HeadAfterRotary or QueryKeyNorm.WeightlessAfterRotary;

    /// <summary>Norms queries and keys [N, H + Hk, d] before the rotation.</summary>
    public Tensor BeforeRotation(Tensor heads) =>
        _spec.QueryKeyNorm is QueryKeyNorm.Head or QueryKeyNorm.Whole or QueryKeyNorm.HeadLayerNorm ? Each(heads) : heads;

    /// <summary>Norms queries and keys [N, H + Hk, d] after the rotation.</summary>
    public Tensor AfterRotation(Tensor heads) => _spec.QueryKeyNorm switch
    {
        QueryKeyNorm.HeadAfterRotary => Each(heads),
        QueryKeyNorm.WeightlessAfterRotary => _norm.Rms(heads, null),
        _ => heads,
    };

    private Tensor Each(Tensor heads) => cat(
        [Norm(heads.narrow(1, 0, _spec.HeadCount), _query!), Norm(heads.narrow(1, _spec.HeadCount, _spec.KeyValueHeadCount), _key!)], 1);

    private Tensor Norm(Tensor heads, Tensor weight) => _spec.QueryKeyNorm switch
    {
        QueryKeyNorm.Whole => _norm.Rms(heads.flatten(1), weight).view_as(heads),
        QueryKeyNorm.HeadLayerNorm => _norm.LayerOfHeads(heads, weight),
        _ => _norm.Rms(heads, weight),
    };
}
