using System.Diagnostics;
using TorchSharp;

namespace Rill.Bench.Engine;

/// <summary>How fast a device multiplies matrices in bf16, by libtorch's own product of two square ones: what prompts are measured against.</summary>
internal static class DeviceProduct
{
    private const int Products = 10;

    /// <summary>Seconds for 10^12 operations, a multiplication or an addition each.</summary>
    /// <param name="device">Such as cuda.</param>
    /// <param name="size">Rows and columns; random numbers, since zeros are multiplied faster.</param>
    public static double SecondsPerTeraOperation(string device, int size)
    {
        using var scope = torch.NewDisposeScope();
        var left = Random();
        var right = Random();
        Wait(left.matmul(right));
        var from = Stopwatch.GetTimestamp();
        for (var product = 1; product < Products; product++)
        {
            using var inner = torch.NewDisposeScope();
            left.matmul(right);
        }

        Wait(left.matmul(right));
        return Stopwatch.GetElapsedTime(from).TotalSeconds * 1e12 / (2.0 * size * size * size * Products);

        torch.Tensor Random() => torch.randn([size, size], torch.ScalarType.BFloat16, torch.device(device));
    }

    /// <summary>Waits for what is queued, by fetching an element.</summary>
    private static void Wait(torch.Tensor tensor) => tensor[0, 0].to_type(torch.ScalarType.Float32).ToSingle();
}
