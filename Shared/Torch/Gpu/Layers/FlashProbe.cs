using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Tries the flash kernel at load, on random numbers in the model's shapes, against plain attention: stretches of prompts, single tokens of
/// several sequences, and one or two single tokens behind long texts, whose keys the kernel shares out to several blocks and puts together.
/// Of the layers one sees all, one a narrow window, one a wide one.
/// </summary>
internal static class FlashProbe
{
    private const double Tolerance = 0.05;    // of values around 1, rounded to bf16 on the way
    private const int ProbeContext = 2048;    // so many keys are shared out
    private const int ShortSpan = 48;
    private const int NarrowWindow = 7;
    private const int WideWindow = 1000;
    private const int ProbeStretch = 9;

    private static readonly SequenceRun[] s_runs =
    [
        new(0, 5, Slot: 2, Start: 30), new(5, 9, Slot: 0, Start: 0), new(14, 1, Slot: 1, Start: 3), new(15, 4, Slot: 1, Start: ProbeContext - 4),
    ];

    private static readonly (TokenRow[] Rows, int Span)[] s_singles =
    [
        ([new(0, 0, Slot: 1), new(0, 47, Slot: 2), new(0, 20, Slot: 0)], ShortSpan),
        ([new(0, ProbeContext - 1, Slot: 1)], ProbeContext),
        ([new(0, ProbeContext - 1, Slot: 2), new(0, 1500, Slot: 0)], ProbeContext),
    ];

    /// <summary>Why the kernel cannot be used; null when it can.</summary>
    public static string? Fault(FlashAttention.Kernel kernel, DecoderSpec spec, GpuKeyValueCache cache, ScalarType type, GpuPlace place)
    {
        if (cache.Rows > int.MaxValue)
        {
            return "the cache has more rows than the kernel can count";
        }

        var small = spec with
        {
            LayerCount = 3,
            AttentionWindows = [null, NarrowWindow, WideWindow],
            AttentionChunks = spec.AttentionChunks.Count == 0 ? [] : [ProbeStretch, null, null],
        };
        using var scope = NewDisposeScope();
        using var parts = new DisposableStack();
        var probed = new GpuKeyValueCache(Layout(small), type, place.Device, parts);
        var upload = parts.Own(new StepUpload<long>(place.Stream, place.Device, capacity: 1));
        try
        {
            Fill(probed, small, type, place.Device);
            var difference = Difference(Pairs(kernel, small, probed, upload, place.Device), small, type, place.Device);
            return difference <= Tolerance ? null : $"its results differ from plain attention's by {difference:G2}";
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

    /// <summary>Plain attention and the kernel's, over as many rows.</summary>
    private static List<(IGpuAttention Plain, IGpuAttention Flash, long Rows)> Pairs(
        FlashAttention.Kernel kernel, DecoderSpec spec, GpuKeyValueCache cache, StepUpload<long> upload, Device device)
    {
        List<SequenceRun> runs = [.. s_runs];
        upload.Begin();
        var staged = new FlashRuns(spec, cache, runs, upload);
        Range[] singles = [.. s_singles.Select(single => InputStaging.Add(upload, single.Rows, single.Rows.Length))];
        upload.Send();
        return
        [
            (new RunAttention(spec, cache, runs, device), FlashAttention.OfRuns(spec, cache, kernel, staged), runs[^1].FirstRow + runs[^1].Count),
            .. singles.Zip(s_singles).Select(single => OfSingles(InputStaging.Rows(upload, single.First), single.Second.Span)),
        ];

        (IGpuAttention Plain, IGpuAttention Flash, long Rows) OfSingles(Tensor rows, int span)
        {
            var (positions, slots) = (rows.select(0, 1), rows.select(0, 2));
            return (
                new MaskedAttention(spec, cache, slots, positions, span),
                FlashAttention.OfSingles(spec, cache, kernel, slots, positions, span),
                rows.shape[1]);
        }
    }

    private static double Difference(
        List<(IGpuAttention Plain, IGpuAttention Flash, long Rows)> pairs, DecoderSpec spec, ScalarType type, Device device) =>
        pairs.SelectMany(pair => Enumerable.Range(0, spec.LayerCount).Select(layer =>
        {
            var queries = randn([pair.Rows, spec.HeadCount, spec.HeadDim], ScalarType.Float32, device).to_type(type);
            var difference = pair.Plain.Forward(queries, layer, sinks: null) - pair.Flash.Forward(queries, layer, sinks: null);
            return (double)difference.abs().max().to_type(ScalarType.Float32).ToSingle();
        })).Max(value => double.IsNaN(value) ? double.PositiveInfinity : value);
}
