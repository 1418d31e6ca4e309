using System.Globalization;
using Rill.Bench.Report;

namespace Rill.Bench.Gpu;

/// <summary>What a model costs in a decoding step: of its published shape.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Layers">Layers.</param>
/// <param name="ReadWeights">Weights that each step reads: all but the rows of an embedding that is not the head too.</param>
/// <param name="AllWeights">All weights.</param>
/// <param name="KeyValueElements">Elements of one position's keys and values, over all layers.</param>
internal sealed record EstimatedModel(string Name, int Layers, long ReadWeights, long AllWeights, long KeyValueElements)
{
    /// <summary>Qwen2.5-1.5B: hidden 1536, feed-forward 8960, two key and value heads of 128, the head tied to the embedding.</summary>
    public static readonly EstimatedModel Qwen = Of("Qwen2.5-1.5B", 28, 1_536, 1_536, 256, 8_960, 151_936, bias: true, tied: true);

    /// <summary>Llama-3.1-8B: hidden 4096, feed-forward 14336, eight key and value heads of 128.</summary>
    public static readonly EstimatedModel Llama = Of("Llama-3.1-8B", 32, 4_096, 4_096, 1_024, 14_336, 128_256, bias: false, tied: false);

    private static EstimatedModel Of(string name, int layers, long hidden, long queries, long keys, long inner, long vocabulary, bool bias, bool tied)
    {
        var layer = (hidden * (queries + (2 * keys))) + (bias ? queries + (2 * keys) : 0) + (queries * hidden) + (3 * hidden * inner) + (2 * hidden);
        var read = (layers * layer) + hidden + (vocabulary * hidden);
        return new(name, layers, read, read + (tied ? 0 : vocabulary * hidden), 2 * keys * layers);
    }
}

/// <summary>A device's limits, from its data sheet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Memory">Bytes of it that a process gets.</param>
/// <param name="Bandwidth">Bytes a second.</param>
/// <param name="Peak">Operations a second in the type that Rill takes there, dense: f16 on a T4, bf16 elsewhere.</param>
/// <param name="HasFlash">Whether libtorch's flash kernel runs there.</param>
internal sealed record EstimatedDevice(string Name, double Memory, double Bandwidth, double Peak, bool HasFlash)
{
    /// <summary>The two of Azure's containers, and a larger one.</summary>
    public static readonly IReadOnlyList<EstimatedDevice> All =
    [
        new("T4", 15e9, 0.32e12, 65e12, HasFlash: false),
        new("A100", 79e9, 2.039e12, 312e12, HasFlash: true),
        new("H200", 140e9, 4.8e12, 989e12, HasFlash: true),
    ];
}

/// <summary>
/// What a decoding step of one sequence should take on a GPU, by counting what it reads and launches; and the limits that it cannot pass.
/// Estimates, until a machine says otherwise.
/// </summary>
internal static class StepEstimates
{
    /// <summary>The word on the command line.</summary>
    public const string Verb = "gpu-estimate";

    private const int Context = 1_024;
    private const double ReachedBandwidth = 0.85;    // of the data sheet's: what products of one row reach at best
    private const double CapturedLaunch = 2e-6;      // seconds that a small kernel of a captured step takes
    private const double HostLaunch = 6.3e-6;        // seconds that the host takes to launch one
    private const double Between = 150e-6;           // seconds from a step's last kernel to the next step's first: ids read, the scheduler, a launch

    /// <summary>The table.</summary>
    public static string Describe()
    {
        var table = new Table(
            "model", "device", "a step reads, GB", "limit, tokens/s", "launches, plain / fused", "waits",
            "not captured", "captured, plain", "captured, fused", "share of the limit", "prompt's limit, tokens/s");
        foreach (var model in new[] { EstimatedModel.Qwen, EstimatedModel.Llama })
        {
            foreach (var device in EstimatedDevice.All)
            {
                table.Add(model.AllWeights * 2 > device.Memory ? NoRoom(model, device) : Row(model, device));
            }
        }

        return table.ToString();
    }

    /// <summary>
    /// Bytes that a step of one sequence reads, or writes and reads, in two-byte elements. Where no flash kernel reads keys and values in
    /// place, they are copied first.
    /// </summary>
    internal static double Bytes(EstimatedModel model, EstimatedDevice device) =>
        2.0 * (model.ReadWeights + (model.KeyValueElements * Context * (device.HasFlash ? 1 : 3)));

    /// <summary>Seconds of a captured step.</summary>
    internal static double Captured(EstimatedModel model, EstimatedDevice device, bool fused) => OnDevice(model, device, fused) + Between;

    /// <summary>Seconds of a step whose kernels the host launches one by one: the device waits for the host, or the host for it.</summary>
    internal static double NotCaptured(EstimatedModel model, EstimatedDevice device) =>
        Math.Max(OnDevice(model, device, fused: false), HostLaunch * new StepLaunches(device.HasFlash, IsFused: false).Of(model.Layers)) + Between;

    private static double OnDevice(EstimatedModel model, EstimatedDevice device, bool fused) =>
        (Bytes(model, device) / (ReachedBandwidth * device.Bandwidth))
        + (CapturedLaunch * (new StepLaunches(device.HasFlash, fused).Of(model.Layers) - StepLaunches.Products(model.Layers)));

    private static string[] Row(EstimatedModel model, EstimatedDevice device)
    {
        var limit = device.Bandwidth / Bytes(model, device);
        var fused = 1 / Captured(model, device, fused: true);
        return
        [
            model.Name, device.Name, Table.Number(Bytes(model, device) / 1e9), Table.Number(limit, 0), Launches(model, device), "1",
            Table.Number(1 / NotCaptured(model, device), 0), Table.Number(1 / Captured(model, device, fused: false), 0), Table.Number(fused, 0),
            Table.Number(fused / limit), Thousands(device.Peak / (2.0 * model.ReadWeights)),
        ];
    }

    private static string[] NoRoom(EstimatedModel model, EstimatedDevice device) =>
        [model.Name, device.Name, "does not fit", "", Launches(model, device), "1", "", "", "", "", ""];

    private static string Launches(EstimatedModel model, EstimatedDevice device)
    {
        var (plain, fused) = (new StepLaunches(device.HasFlash, IsFused: false), new StepLaunches(device.HasFlash, IsFused: true));
        return string.Create(CultureInfo.InvariantCulture, $"{plain.Of(model.Layers)} / {fused.Of(model.Layers)}");
    }

    private static string Thousands(double value) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value / 100) * 100:0}");
}
