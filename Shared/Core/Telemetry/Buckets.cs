namespace Rill.Telemetry;

/// <summary>Upper bounds of the histograms' buckets: vLLM's (v1/metrics/loggers.py), since its dashboards compute quantiles of them.</summary>
internal static class Buckets
{
    public static readonly double[] FirstToken =
    [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
    ];

    public static readonly double[] InterToken =
    [
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ];

    public static readonly double[] Request =
    [
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
    ];

    public static readonly double[] Tokens =
    [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000,
    ];

    public static readonly double[] Iteration = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

    public static readonly double[] Choices = [1, 2, 5, 10, 20];
}
