using System.Diagnostics;
using Rill.Bench;
using Rill.Bench.Gpu;
using Rill.Bench.Models;
using Rill.Bench.Parts;
using Rill.Core.Tests.Models;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class GpuBenchTests
{
    private static string Root { get; } = FindRoot();

    [Fact]
    public void Parse_EverythingOfGpu_IsRead()
    {
        var options = BenchOptions.Parse(["--quick", "gpu", "--device", "cuda", "--libtorch", "/t/lib", "--minutes", "7.5", "--out", "o", "--python", "py"])!;

        Assert.True(options.Quick);
        Assert.Equal(new GpuOptions { LibTorch = "/t/lib", Limit = TimeSpan.FromMinutes(7.5), Output = "o", Python = "py" }, options.Gpu);
        Assert.Equal([GpuPart.Name], options.Parts);
        Assert.Equal([1, 8, 64, 256], options.Gpu.Sequences);
        Assert.Equal(["L", "M", "8B"], options.Gpu.Shapes.Select(shape => shape.Name));
    }

    [Theory]
    [InlineData("--device", "tpu")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "soon")]
    [InlineData("--libtorch")]
    [InlineData("more")]
    public void Parse_WhatIsWrongAfterGpu_IsRefused(params string[] words) => Assert.Null(BenchOptions.Parse(["gpu", .. words]));

    /// <summary>Figures of a try on the CPU, or that go elsewhere, never come to stand in RESULTS.md.</summary>
    [Theory]
    [InlineData(true, "gpu")]
    [InlineData(false, "gpu", "--device", "cpu")]
    [InlineData(false, "gpu", "--out", "folder")]
    public void IsKept_Gpu_OnlyOfAWholeRunOnADevice(bool kept, params string[] words) => Assert.Equal(kept, BenchOptions.Parse(words)!.IsKept);

    /// <summary>All parts on the CPU's tensors: the decoder is the GPU's, and so is the order of things.</summary>
    [SkippableFact]
    public async Task Run_OnTheCpu_MeasuresEveryPart()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The benchmark reads /proc.");
        using var folder = new TemporaryDirectory();
        var start = new ProcessStartInfo("dotnet", [typeof(BenchOptions).Assembly.Location, "--quick", "gpu", "--device", "cpu", "--out", folder.File("out"), "--python", folder.File("python")]);
        start.Environment["RILL_BENCH_MODELS"] = folder.File("models");

        var bench = await ProcessBounds.RunAsync(start, TimeSpan.FromMinutes(5));

        Assert.Equal(0, bench.ExitCode);
        var section = await File.ReadAllTextAsync(folder.File("out/gpu.md"));
        Assert.Contains(section[section.IndexOf("No GPU", StringComparison.Ordinal)..].TrimEnd(), bench.Output, StringComparison.Ordinal);
        Assert.StartsWith($"## {GpuPart.Title}\n", section, StringComparison.Ordinal);
        Assert.Contains("64 of 64 greedy tokens of shape Tiny are the CPU's", section, StringComparison.Ordinal);
        Assert.Matches(@"\| Tiny +\| 1 +\| [0-9.]+ \[.*\] +\| [0-9.]+ \[.*\] +\| [0-9.]+ +\| [0-9.]+ +\|", section);
        Assert.Matches(@"\| Tiny +\| 3 +\| [0-9.]+ \[", section);
        Assert.Matches(@"\| Tiny +\| 64 +\| [0-9.]+ +\| [0-9.]+ +\| [0-9.]+ +\|", section);
        Assert.Matches(@"copies at [0-9.]+ GB/s.*\n.* 64 rows and columns in bf16 at [0-9.]+ TFLOP/s", section);
        Assert.Contains("Nothing is captured on the CPU", section, StringComparison.Ordinal);
        Assert.Contains($"{folder.File("python")} cannot be started", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LinesOfThePeer_KeepsFiguresAndFaults()
    {
        var peer = new PyTorchPeer();

        peer.Read("""{"way": "loop", "what": "decode", "sequences": 8, "rate": 1234.5}""");
        peer.Read("""{"way": "transformers", "what": "decode", "sequences": 8, "rate": 1300}""");
        peer.Read("""{"way": "transformers", "error": "ImportError: none"}""");
        peer.Read("a library's own words");
        peer.Read("null");

        Assert.Equal(new PeerFigure("transformers", "decode", 8, 1300), peer.Best("decode", 8));
        Assert.Null(peer.Best("prompt", 1));
        Assert.Equal(["PyTorch, transformers: ImportError: none"], peer.Faults);
    }

    /// <summary>A Python without PyTorch says so in the script's own form.</summary>
    [SkippableFact]
    public void Run_PythonWithoutPyTorch_IsAFault()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder.File("torch.py"), "raise ImportError('hidden by a test')");
        File.WriteAllText(folder.File("python"), $"#!/bin/sh\nPYTHONPATH={folder.Path} exec python3 \"$@\"\n");
        if (!OperatingSystem.IsLinux())
        {
            throw new SkipException("A shell stands in for Python.");
        }

        File.SetUnixFileMode(folder.File("python"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var peer = PyTorchPeer.Run(new GpuOptions { Device = "cpu", Python = folder.File("python") }, folder.Path, TimeSpan.FromSeconds(60));

        Skip.If(peer.Faults.Count == 0, "There is no python3.");
        Assert.Contains("cannot import it (hidden by a test)", Assert.Single(peer.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void FillTogether_ManyCores_GivesTheNumbersOfOne()
    {
        var (one, many) = (new ushort[(3 << 20) + 17], new ushort[(3 << 20) + 17]);

        RandomValues.Fill(one, 5, 0.5f, 2);
        RandomValues.FillTogether(many, 5, 0.5f, 2);

        Assert.Equal(one, many);
    }

    [Fact]
    public void Left_OfALimit_ShrinksWithTheClock()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var box = new TimeBox(clock, TimeSpan.FromMinutes(2));

        clock.Advance(TimeSpan.FromSeconds(100));

        Assert.True(box.Has(TimeSpan.FromSeconds(20)));
        Assert.False(box.Has(TimeSpan.FromSeconds(21)));
        Assert.True(new TimeBox(clock, null).Has(TimeSpan.FromMinutes(59)));
    }

    [Theory]
    [InlineData(true, false, 18, 30)]
    [InlineData(true, true, 9, 23)]
    [InlineData(false, false, 22, 29)]
    [InlineData(false, true, 13, 22)]
    public void Of_AStep_IsItsLayersAndWhatStandsBesideThem(bool flash, bool fused, int layer, int step)
    {
        var launches = new StepLaunches(flash, fused);

        Assert.Equal((layer, step), (launches.OfLayer, launches.OfStep));
        Assert.Equal((28 * layer) + step, launches.Of(28));
    }

    /// <summary>Parameters as the models' own cards give them: 1.54 and 8.03 billion.</summary>
    [Fact]
    public void AllWeights_OfPublishedModels_AreTheirCards()
    {
        Assert.Equal(1_543_714_304, EstimatedModel.Qwen.AllWeights);
        Assert.Equal(8_030_261_248, EstimatedModel.Llama.AllWeights);
        Assert.Equal(2L * 28 * 256, EstimatedModel.Qwen.KeyValueElements);
    }

    [Fact]
    public void Estimates_InTheEnginesPage_AreTheCalculators() =>
        Assert.Contains(StepEstimates.Describe(), File.ReadAllText(Path.Combine(Root, "docs", "engine.md")).ReplaceLineEndings("\n"), StringComparison.Ordinal);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
