using System.Diagnostics;
using TorchSharp;

namespace Rill.Bench.Engine;

/// <summary>How fast a device's memory is, by copying within it.</summary>
internal static class DeviceBandwidth
{
    private const int Copies = 20;

    /// <summary>Seconds for a gigabyte (10^9 bytes) that is read or written.</summary>
    /// <param name="device">Such as cuda.</param>
    /// <param name="mebibytes">Of each copy: many times what the device's caches hold.</param>
    public static double SecondsPerGigabyte(string device, int mebibytes)
    {
        var bytes = (long)mebibytes << 20;
        using var scope = torch.NewDisposeScope();
        var source = torch.ones([bytes], torch.ScalarType.Int8, torch.device(device));
        var target = torch.empty_like(source);
        target.copy_(source);
        Wait(target);
        var from = Stopwatch.GetTimestamp();
        for (var copy = 0; copy < Copies; copy++)
        {
            target.copy_(source);
        }

        Wait(target);
        return Stopwatch.GetElapsedTime(from).TotalSeconds * 1e9 / (2.0 * bytes * Copies);
    }

    /// <summary>Waits for what is queued, by fetching an element.</summary>
    private static void Wait(torch.Tensor tensor) => tensor[0].ToSByte();
}
