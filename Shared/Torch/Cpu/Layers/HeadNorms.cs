using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The norms over one layer's queries and keys.</summary>
/// <param name="spec">The model.</param>
/// <param name="layer">The layer's number.</param>
/// <param name="query">The queries' weights; null where the kind has none.</param>
/// <param name="key">The keys' weights; null where the kind has none, and where the layer has no keys.</param>
internal sealed unsafe class HeadNorms(DecoderSpec spec, int layer, WeightVector? query, WeightVector? key)
{
    private readonly int _width = spec.HeadDimOf(layer);
    private readonly float _epsilon = spec.NormEpsilon;

    /// <summary>The norms of a layer, or null for none.</summary>
    public static HeadNorms? Of(DecoderSpec spec, CpuLayerFactory weights, int layer)
    {
        var (names, heads, shared, width) = (spec.Names, spec.HeadCount, spec.KeyValueHeadsOf(layer), spec.HeadDimOf(layer));
        return spec.QueryKeyNorm switch
        {
            QueryKeyNorm.None => null,
            QueryKeyNorm.WeightlessAfterRotary => spec.Rotaries[layer] is null ? null : new(spec, layer, null, null),
            QueryKeyNorm.Whole => Load([heads * width], [shared * width]),
            QueryKeyNorm.HeadLayerNorm => Load([heads, width], [shared, width]),
            _ => Load([width], [width]),
        };

        HeadNorms Load(long[] query, long[] key) => new(
            spec, layer, weights.Elements(spec.NormOffset, names.QueryNorm(layer), query),
            spec.CachesKeyValues(layer) ? weights.Elements(spec.NormOffset, names.KeyNorm(layer), key) : null);
    }

    /// <summary>Norms a row's queries and keys before they are taken apart into heads.</summary>
    public void WholeRow(float* queries, float* keys)
    {
        if (spec.QueryKeyNorm == QueryKeyNorm.Whole)
        {
            RowKernels.RmsNorm(queries, query!.Values, _epsilon, queries, spec.HeadCount * _width);
            if (key is not null)
            {
                RowKernels.RmsNorm(keys, key.Values, _epsilon, keys, spec.KeyValueHeadsOf(layer) * _width);
            }
        }
    }

    /// <summary>Norms a head in place, before the rotation.</summary>
    public void Before(float* head, int number, bool isQuery)
    {
        var weight = isQuery ? query : key;
        switch (spec.QueryKeyNorm)
        {
            case QueryKeyNorm.Head:
                RowKernels.RmsNorm(head, weight!.Values, _epsilon, head, _width);
                break;
            case QueryKeyNorm.HeadLayerNorm:
                RowKernels.LayerNorm(head, weight!.Values + (number * _width), bias: null, _epsilon, head, _width);
                break;
        }
    }

    /// <summary>Norms a head in place, after the rotation, and multiplies it with the scale.</summary>
    public void After(float* head, float scale, bool isQuery)
    {
        switch (spec.QueryKeyNorm)
        {
            case QueryKeyNorm.HeadAfterRotary:
                RowKernels.RmsNorm(head, (isQuery ? query : key)!.Values, _epsilon, head, _width);
                RowKernels.Scale(head, scale, head, _width);
                break;
            case QueryKeyNorm.WeightlessAfterRotary:
                RowKernels.RmsNorm(head, _epsilon, head, _width);
                RowKernels.Scale(head, scale, head, _width);
                break;
        }
    }

    /// <summary>True when <see cref="After"/> norms.</summary>
    public bool FollowRotation => spec.QueryKeyNorm is QueryKeyNorm.HeadAfterRotary or QueryKeyNorm.WeightlessAfterRotary;
}
