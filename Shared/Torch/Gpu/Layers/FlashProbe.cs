using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Tries the flash kernel at load, on random numbers in the model's shapes, against plain attention.</summary>
internal static class FlashProbe
{
    private const double Tolerance = 0.05;    // of values around 1, rounded to bf16 on the way
    private const int ProbeContext = 48;
    private const int ProbeWindow = 7;
    private const int ProbeStretch = 9;
    private static readonly SequenceRun[] s_runs = [new(0, 5, Slot: 2, Start: 30), new(5, 9, Slot: 0, Start: 0), new(14, 1, Slot: 1, Start: 3)];

    /// <summary>Why the kernel cannot be used; null when it can.</summary>
    public static string? Fault(FlashAttention.Kernel kernel, DecoderSpec spec, GpuKeyValueCache cache, ScalarType type, Device device)
    {
        if (cache.Rows > int.MaxValue)
        {
            return "the cache has more rows than the kernel can count";
        }

        var small = spec with
        {
            LayerCount = 2,
            AttentionWindows = [null, ProbeWindow],
            AttentionChunks = spec.AttentionChunks.Count == 0 ? [] : [ProbeStretch, null],
        };
        using var scope = NewDisposeScope();
        using var parts = new DisposableStack();
        var probed = new GpuKeyValueCache(Layout(small), type, device, parts);
        try
        {
            Fill(probed, small, type, device);
            return Difference(kernel, small, probed, type, device) is var difference && difference <= Tolerance
                ? null
                : $"its results differ from plain attention's by {difference:G2}";
        }
        catch (InvalidOperationException)
        {
            return $"libtorch has none for this device, {type} and heads of {spec.HeadDim}";
        }
    }

    private static KeyValueLayout Layout(DecoderSpec spec) => new()
    {
        Layers = KeyValueLayer.Of(spec),
        Format = KeyValueFormat.BFloat16,
        ContextLength = ProbeContext,
        SlotCount = 3,
        BlockSize = 1,
        BlockCount = 1,
    };

    private static void Fill(GpuKeyValueCache cache, DecoderSpec spec, ScalarType type, Device device)
    {
        var rows = (arange(3, ScalarType.Int64, device).unsqueeze(1) * cache.SlotStride).add(arange(ProbeContext, ScalarType.Int64, device)).flatten();
        for (var layer = 0; layer < spec.LayerCount; layer++)
        {
            cache.Write(layer, rows, Random(), Random());
        }

        Tensor Random() => randn([3 * ProbeContext, spec.KeyValueHeadCount * spec.HeadDim], ScalarType.Float32, device).to_type(type);
    }

    private static double Difference(FlashAttention.Kernel kernel, DecoderSpec spec, GpuKeyValueCache cache, ScalarType type, Device device)
    {
        List<SequenceRun> runs = [.. s_runs];
        var slots = tensor(new long[] { 1, 2, 0 }, device: device);
        var positions = tensor(new long[] { 0, 47, 20 }, device: device);
        (IGpuAttention Plain, IGpuAttention Flash, long Rows)[] pairs =
        [
            (new RunAttention(spec, cache, runs, device), FlashAttention.OfRuns(spec, cache, kernel, runs, device), 15),
            (new MaskedAttention(spec, cache, slots, positions, ProbeContext), FlashAttention.OfSingles(spec, cache, kernel, slots, positions, ProbeContext), 3),
        ];
        return pairs.SelectMany(pair => Enumerable.Range(0, spec.LayerCount).Select(layer =>
        {
            var queries = randn([pair.Rows, spec.HeadCount, spec.HeadDim], ScalarType.Float32, device).to_type(type);
            var difference = pair.Plain.Forward(queries, layer, sinks: null) - pair.Flash.Forward(queries, layer, sinks: null);
            return (double)difference.abs().max().to_type(ScalarType.Float32).ToSingle();
        })).Max(value => double.IsNaN(value) ? double.PositiveInfinity : value);
    }
}
