using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The attention of all layers that have one: those that are alike share their plans and their rotations.</summary>
internal sealed class AttentionLayers : IDisposable
{
    private const int Unlimited = 1 << 30;

    private readonly DecoderSpec _spec;
    private readonly int _threads;
    private readonly AttentionLayer?[] _layers;
    private readonly Dictionary<(AttentionReach Reach, int KeyValueHeads), AttentionPlan> _plans = [];
    private readonly Dictionary<(RotarySpec Rotary, int HeadDim), RotaryTable> _rotations = [];

    /// <param name="spec">The model.</param>
    /// <param name="threads">Threads that share the attention out.</param>
    public AttentionLayers(DecoderSpec spec, int threads)
    {
        (_spec, _threads) = (spec, threads);
        _layers = [.. Enumerable.Range(0, spec.LayerCount).Select(Of)];
        WidestHead = Enumerable.Range(0, spec.LayerCount).Max(spec.HeadDimOf);
        PartSize = _layers.OfType<AttentionLayer>()
            .Select(layer => AttentionSums.Size(TileRows(layer.Group) * layer.Group, layer.HeadDim)).DefaultIfEmpty().Max();
    }

    /// <summary>The width of the widest heads.</summary>
    public int WidestHead { get; }

    /// <summary>Elements of the sums of a tile's chunk, in the layer where they are most.</summary>
    public int PartSize { get; }

    /// <summary>Sums that the layers write, in the one that writes most.</summary>
    public int MostParts { get; private set; }

    /// <summary>A layer that has attention.</summary>
    public AttentionLayer this[int layer] => _layers[layer]!;

    /// <summary>Prepares a step.</summary>
    public void Begin(TokenRow[] rows)
    {
        foreach (var rotations in _rotations.Values)
        {
            rotations.Begin(rows);
        }

        MostParts = 0;
        foreach (var ((_, heads), plan) in _plans)
        {
            plan.Begin(rows);
            MostParts = Math.Max(MostParts, plan.Parts * heads);
        }
    }

    public void Dispose()
    {
        foreach (var rotations in _rotations.Values)
        {
            rotations.Dispose();
        }
    }

    private static int TileRows(int group) => Math.Max(1, AttentionKernel.GoodInputs / group);

    private AttentionLayer? Of(int layer)
    {
        if (_spec.CacheLayerOf(layer) is not { } source)
        {
            return null;
        }

        var (headDim, heads) = (_spec.HeadDimOf(layer), _spec.KeyValueHeadsOf(layer));
        return new()
        {
            Source = source,
            Caches = source == layer,
            TakesValuesFromKeys = _spec.TakesValuesFromKeys(layer),
            HeadDim = headDim,
            KeyValueHeads = heads,
            Group = _spec.HeadCount / heads,
            Scale = _spec.AttentionScale ?? (float)(1 / Math.Sqrt(headDim)),
            Plan = PlanOf(layer, heads),
            Rotations = _spec.Rotaries[layer] is { } rotary ? RotationsOf(rotary, headDim) : null,
            Temperature = _spec.QueryTemperatures.Count == 0 ? null : _spec.QueryTemperatures[layer],
        };
    }

    private AttentionPlan PlanOf(int layer, int heads)
    {
        var stretch = _spec.AttentionChunks.Count == 0 ? null : _spec.AttentionChunks[layer];
        var reach = new AttentionReach(_spec.AttentionWindows[layer] ?? Unlimited, stretch ?? Unlimited);
        return _plans.TryGetValue((reach, heads), out var plan) ? plan
            : _plans[(reach, heads)] = new(reach, TileRows(_spec.HeadCount / heads), heads, _threads);
    }

    private RotaryTable RotationsOf(RotarySpec rotary, int headDim) =>
        _rotations.TryGetValue((rotary, headDim), out var table) ? table : _rotations[(rotary, headDim)] = new(rotary, headDim);
}
