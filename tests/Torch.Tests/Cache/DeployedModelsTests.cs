using System.Globalization;
using Rill.Core.Tests;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Gpu.Layers;

namespace Rill.Torch.Tests.Cache;

/// <summary>
/// Which of the models that are deployed much load at the defaults, and how many sequences of which length they then hold. Nothing is
/// loaded: the sizes are the models', the memory is what the devices report less a driver's context, and activations are the estimate.
/// </summary>
public sealed class DeployedModelsTests
{
    private const long MiB = 1 << 20;
    private const long Page = 2 * MiB;
    private const int FewestTokens = 256;

    private static readonly (string Name, long FreeMiB)[] s_devices = [("T4, 16 GB", 14_500), ("A100, 80 GB", 80_500), ("H200, 141 GB", 142_000)];

    public static IEnumerable<object[]> Pairs =>
        DeployedModels.All.SelectMany(model => s_devices.Select(device => (object[])[model.Name, device.Name]));

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Plan_AtDefaults_LoadsOrSaysWhatToSet(string model, string device)
    {
        var (spec, budget, weights) = Of(model, device);
        var layout = TryPlan(spec, budget, weights, device, out var refusal);
        if (layout is null)
        {
            Assert.Matches("^[^.]*; (serve|raise)[^.]*[.]$", refusal);
            Assert.True(budget.Bytes < (2 * FewestTokens * Layout(spec).TokenBytes) + (4 * Page), "Short sequences would fit.");
            return;
        }

        var needed = (long)Math.Ceiling((double)spec.ContextLength / layout.BlockSize) * layout.BlockBytes;
        Assert.Equal(needed + (2 * Page) <= budget.Bytes, layout.ContextLength == spec.ContextLength);    // never shorter where one fits
        Assert.Equal((layout.ContextLength, layout.SlotCount) == (spec.ContextLength, budget.SlotCount), budget.Shortfall(layout, spec) is null);
        Assert.InRange((layout.BlockCount * layout.BlockBytes) + ((layout.SlotCount + 1) * Page), 1, budget.Bytes);
        Assert.InRange(layout.BlockCount, (layout.ContextLength + layout.BlockSize - 1) / layout.BlockSize, int.MaxValue);
        Assert.InRange(DeviceRows.OfSlot(layout, Page) * layout.SlotCount, 1, int.MaxValue);    // the flash kernel counts rows in 32 bits
        Assert.InRange(DeviceRows.OfSlot(layout, Page) * layout.SlotCount * layout.TokenBytes, 1, 1L << 46);    // addresses of a process
    }

    [Fact]
    public void EngineDocument_HoldsTheTable()
    {
        var expected = Table().ReplaceLineEndings("\n");
        var document = File.ReadAllText(Path.Combine(Vectors.RepositoryRoot(), "docs", "engine.md")).ReplaceLineEndings("\n");

        Assert.True(document.Contains(expected, StringComparison.Ordinal), $"docs/engine.md should hold this table:\n{expected}");
    }

    private static string Table()
    {
        var lines = new List<string>
        {
            $"| model | weights | a token | {string.Join(" | ", s_devices.Select(device => device.Name))} |",
            $"|---|---|---|{string.Concat(s_devices.Select(_ => "---|"))}",
        };
        foreach (var (name, _) in DeployedModels.All)
        {
            var (spec, _, weights) = Of(name, s_devices[0].Name);
            var cells = s_devices.Select(device => Cell(name, device.Name));
            var sizes = string.Create(CultureInfo.InvariantCulture, $"{weights / 1e9:F1} GB | {Layout(spec).TokenBytes / 1024} KiB");
            lines.Add($"| {name} | {sizes} | {string.Join(" | ", cells)} |");
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string Cell(string model, string device)
    {
        var (spec, budget, weights) = Of(model, device);
        return TryPlan(spec, budget, weights, device, out _) is not { } layout ? "too large"
            : KeyValueRoom.Of(new(spec.VocabularySize, layout.ContextLength, layout.SlotCount, layout.BlockSize, layout.BlockCount)) is var room
                && room.Whole == room.Slots ? string.Create(CultureInfo.InvariantCulture, $"{room.Whole} × {room.Context:N0}")
            : string.Create(CultureInfo.InvariantCulture, $"{room.Whole} × {room.Context:N0} or {room.Slots} × {room.Share:N0}");
    }

    private static (DecoderSpec Spec, KeyValueBudget Budget, long Weights) Of(string model, string device)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Parse(DeployedModels.All.Single(one => one.Name == model).Config));
        TensorSwitches.Check(spec);
        var weights = 2 * DecoderTensors.Of(spec).Sum(tensor => tensor.Shape.Aggregate(1L, (product, size) => product * size));
        var free = s_devices.Single(one => one.Name == device).FreeMiB * MiB;
        return (spec, new()
        {
            SlotCount = new EngineOptions().MaxSequences,
            BlockSize = new TorchRunnerOptions().BlockSize,
            PageBytes = Page,
            FitsItself = true,
            FreeOnDevice = free - weights,
        }, weights);
    }

    private static KeyValueLayout Layout(DecoderSpec spec) =>
        new KeyValueBudget { SlotCount = 1, BlockSize = 16 }.Addresses(spec, KeyValueFormat.BFloat16);

    private static KeyValueLayout? TryPlan(DecoderSpec spec, KeyValueBudget budget, long weights, string device, out string refusal)
    {
        refusal = "";
        try
        {
            DeviceRoom.Check(budget.FreeOnDevice + weights, weights, device.Split(',')[0]);
            return budget.Plan(spec, KeyValueFormat.BFloat16);
        }
        catch (ModelFormatException error)
        {
            refusal = error.Message;
            return null;
        }
    }
}
