using System.Diagnostics;
using TorchSharp;

namespace Rill.Bench.Engine;

/// <summary>How fast a device's memory is, by copying within it.</summary>
internal static class DeviceBandwidth
{
    private const long Bytes = 256L << 20;
    private const int Copies = 20;

    /// <summary>Seconds for a gigabyte (10^9 bytes) that is read or written.</summary>
    public static double SecondsPerGigabyte(string device)
    {
        using var scope = torch.NewDisposeScope();
        var source = torch.ones([Bytes], torch.ScalarType.Int8, torch.device(device));
        var target = torch.empty_like(source);
        target.copy_(source);
        Wait(target);
        var from = Stopwatch.GetTimestamp();
        for (var copy = 0; copy < Copies; copy++)
        {
            target.copy_(source);
        }

        Wait(target);
        return Stopwatch.GetElapsedTime(from).TotalSeconds * 1e9 / (2.0 * Bytes * Copies);
    }

    /// <summary>Waits for what is queued, by fetching an element.</summary>
    private static void Wait(torch.Tensor tensor) => tensor[0].ToSByte();
}
