using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// What the flash kernel is told of stretches of sequences, on its way to the device: where each one's queries and keys begin and how many keys
/// it has. Where a layer cuts texts into stretches, each is a sequence of its own. B sequences.
/// </summary>
internal sealed class FlashRuns
{
    private readonly StepUpload<long> _upload;
    private readonly Dictionary<int, Numbers> _numbers;    // by the size of stretches

    /// <summary>Adds the numbers of all kinds of layers to an upload.</summary>
    public FlashRuns(DecoderSpec spec, GpuKeyValueCache cache, List<SequenceRun> runs, StepUpload<long> upload)
    {
        _upload = upload;
        _numbers = FlashAttention.StretchesOf(spec)
            .ToDictionary(stretch => stretch, stretch => Add(cache, [.. runs.SelectMany(run => run.CutAtMultiples(stretch))], stretch));
    }

    /// <summary>The numbers on the device, once the upload was sent. The caller's scope owns them.</summary>
    public FlashLengths Lengths(int stretch)
    {
        var (range, count, mostQueries, mostKeys) = _numbers[stretch];
        var values = _upload[range].to_type(ScalarType.Int32);
        return new FlashLengths
        {
            QueryStarts = values.narrow(0, 0, count + 1),
            KeyStarts = values.narrow(0, count + 1, count + 1),
            KeyCounts = values.narrow(0, 2 * (count + 1), count),
            MostQueries = mostQueries,
            MostKeys = mostKeys,
        };
    }

    private Numbers Add(GpuKeyValueCache cache, List<SequenceRun> runs, int stretch)
    {
        var keyCounts = runs.ConvertAll(run => (long)run.Start + run.Count - First(run));
        long[] values =
        [
            .. runs.Select(run => (long)run.FirstRow), runs[^1].FirstRow + runs[^1].Count,
            .. runs.Select(run => (run.Slot * cache.SlotStride) + First(run)), 0,
            .. keyCounts,
        ];
        return new(_upload.Add(values), runs.Count, runs.Max(run => run.Count), keyCounts.Max());

        int First(SequenceRun run) => run.Start / stretch * stretch;
    }

    private sealed record Numbers(Range Range, int Count, long MostQueries, long MostKeys);
}
