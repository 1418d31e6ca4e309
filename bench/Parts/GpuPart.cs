using System.Diagnostics;
using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Gpu;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Bench.Parts;

/// <summary>Rill's engine on a GPU beside PyTorch: equal tokens to the CPU's, decoding with and without captured steps, prompts, start.</summary>
internal sealed class GpuPart
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "gpu";

    /// <summary>The section's title.</summary>
    public const string Title = "Engine on a GPU";

    private const int AnswerTokens = 64;
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(20);    // less is not worth the start of a process

    private readonly BenchOptions _options;
    private readonly GpuOptions _gpu;
    private readonly TimeBox _time;
    private readonly GpuReport _report;

    private GpuPart(BenchOptions options, string deviceName)
    {
        (_options, _gpu) = (options, options.Gpu);
        _time = new(TimeProvider.System, _gpu.Limit);
        _report = new(deviceName, _gpu);
    }

    /// <summary>Measures and returns the section; null, after a sentence on the standard error, where that cannot be.</summary>
    public static string? Run(BenchOptions options)
    {
        if (options.Gpu.LibTorch is { } folder)
        {
            Environment.SetEnvironmentVariable(NativeTorchPlace.LibTorchVariable, folder);    // for the engines' processes too
        }

        try
        {
            NativeTorch.Load();
        }
        catch (DllNotFoundException failure)
        {
            Console.Error.WriteLine($"bench/run gpu: {failure.Message}");
            return null;
        }

        if (!options.Gpu.IsTiny && !torch.cuda.is_available())
        {
            Console.Error.WriteLine(
                "bench/run gpu: there is no CUDA device, or this libtorch is one for CPUs; on a machine with an NVIDIA GPU: "
                + "TorchBackend=cuda bench/run gpu, or --libtorch with the folder of a PyTorch for CUDA");
            return null;
        }

        return new GpuPart(options, options.Gpu.IsTiny ? "No GPU: the GPU's decoder on the CPU's tensors" : DeviceName()).Measure();
    }

    private string Measure()
    {
        if (NativeTorch.OtherLibTorch is { } other)
        {
            _report.Note($"Computed with {other}.");
        }

        if (_gpu.IsTiny)
        {
            _report.Note("Nothing is captured on the CPU: both columns are the same steps, and no figure means anything.");
        }

        _report.Equality = EqualTokens(_gpu.EqualityShape);
        _report.Save();
        foreach (var shape in _gpu.Shapes)
        {
            if (!_time.Has(s_shortest))
            {
                _report.Note($"{shape.Name} was not reached in the time.");
                continue;
            }

            Measure(shape);
            _report.Save();
        }

        return _report.ToString();
    }

    private void Measure(ModelShape shape)
    {
        var model = ModelCache.HuggingFace(shape);
        var captured = new Dictionary<int, Summary>();
        var eager = new Dictionary<int, Summary>();
        double? prompt = null;
        try
        {
            using (var engine = Start(shape, graphs: true))
            {
                engine.Prefill(_gpu.Context);
                double[] phases = [.. engine.Phases, Stopwatch.GetElapsedTime(engine.StartedAt).TotalMilliseconds];
                engine.Notes.ToList().ForEach(note => _report.Note($"{shape.Name}: {note}"));
                _report.Starts.Add([shape.Name, .. phases.Select(milliseconds => Table.Number(milliseconds))]);
                _report.Bandwidth ??= engine.Bandwidth(_gpu.Device, _gpu.CopyMebibytes);
                _report.Product ??= engine.Product(_gpu.Device, _gpu.ProductSize);
                engine.Prefill(_gpu.PromptTokens);
                prompt = Rounds(() => engine.Prefill(_gpu.PromptTokens)).Median;
                Decode(engine, "captured", captured);
            }

            using var plain = Start(shape, graphs: false);
            Decode(plain, "not captured", eager);
        }
        catch (InvalidOperationException failure)
        {
            _report.Note($"{shape.Name}: {failure.Message}");    // what was measured before stays; the other shapes may fare better
        }

        var peer = _time.Has(s_shortest) ? PyTorchPeer.Run(_gpu, model, ShareOfTime(shape)) : new PyTorchPeer();
        peer.Faults.ForEach(fault => _report.Note($"{shape.Name}: {fault}"));
        AddDecoding(shape, model, captured, eager, peer);
        AddPrompt(shape, model, prompt, peer);
    }

    private void Decode(EngineProcess engine, string how, Dictionary<int, Summary> figures)
    {
        foreach (var sequences in _gpu.Sequences.TakeWhile(_ => _time.Has(s_shortest)))
        {
            engine.Decode(sequences, _gpu.Context, _options.EngineSteps);    // captures what the measured steps need
            figures[sequences] = Rounds(() => engine.Decode(sequences, _gpu.Context, _options.EngineSteps));
            Console.Error.WriteLine($"gpu: {how}, {sequences} sequences: {Table.Number(figures[sequences].Median)} tokens/s");
        }
    }

    private void AddDecoding(ModelShape shape, string model, Dictionary<int, Summary> captured, Dictionary<int, Summary> eager, PyTorchPeer peer)
    {
        foreach (var (sequences, with) in captured)
        {
            var without = eager.GetValueOrDefault(sequences);
            var theirs = peer.Best("decode", sequences);
            _report.Decoding.Add(
                shape.Name, sequences.ToString(CultureInfo.InvariantCulture), Table.Spread(with), without is null ? "" : Table.Spread(without),
                without is null ? "" : Table.Number(with.Median / without.Median),
                sequences == 1 && _report.Bandwidth is { } bandwidth ? Table.Number(WeightBytes(model) * with.Median / 1e9 / bandwidth) : "",
                theirs is null ? "" : Table.Number(theirs.Rate), theirs?.Way ?? "", theirs is null ? "" : Table.Number(with.Median / theirs.Rate));
        }
    }

    private void AddPrompt(ModelShape shape, string model, double? tokensPerSecond, PyTorchPeer peer)
    {
        if (tokensPerSecond is not { } rate)
        {
            return;
        }

        var operations = WeightBytes(model) * rate / 1e12;    // two a weight, of two bytes
        var theirs = peer.Best("prompt", 1);
        _report.Prompts.Add(
            shape.Name, _gpu.PromptTokens.ToString(CultureInfo.InvariantCulture),
            Table.Number(1_000 * _gpu.PromptTokens / rate), Table.Number(operations),
            _report.Product is { } product ? Table.Number(operations / product) : "",
            theirs is null ? "" : Table.Number(1_000 * _gpu.PromptTokens / theirs.Rate), theirs is null ? "" : Table.Number(rate / theirs.Rate));
    }

    private string EqualTokens(ModelShape shape)
    {
        var prompt = new RandomTokens(shape.Vocabulary, seed: 5).Take(_gpu.Context);
        try
        {
            using var cpu = EngineFactory.StartRill(shape, WeightFormat.F32);
            using var gpu = EngineFactory.StartRill(shape, WeightFormat.F32, _gpu.Setup(graphs: true));
            var expected = cpu.Continue(prompt, AnswerTokens);
            var equal = expected.Zip(gpu.Continue(prompt, AnswerTokens)).TakeWhile(pair => pair.First == pair.Second).Count();
            return $"{equal} of {AnswerTokens} greedy tokens of shape {shape.Name} are the CPU's, up to the first that is not.";
        }
        catch (InvalidOperationException failure)
        {
            return $"Not measured: {failure.Message}";
        }
    }

    /// <summary>Without a limit, five minutes; else a third of what is left, so that the other shapes are reached.</summary>
    private TimeSpan ShareOfTime(ModelShape shape) =>
        _gpu.Limit is null ? TimeSpan.FromMinutes(5) : shape == _gpu.Shapes[^1] ? _time.Left : _time.Left / 3;

    private EngineProcess Start(ModelShape shape, bool graphs)
    {
        Console.Error.WriteLine($"gpu: {shape.Name}, {(graphs ? "captured" : "not captured")}");
        return EngineFactory.StartRill(shape, WeightFormat.BF16, _gpu.Setup(graphs));
    }

    private Summary Rounds(Func<double> measure) => new(Enumerable.Range(0, _options.EngineRounds).Select(_ => measure()).ToList());

    private static long WeightBytes(string model) => new FileInfo(Path.Combine(model, "model.safetensors")).Length;

    private static string DeviceName()
    {
        try
        {
            using var query = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"])
            {
                RedirectStandardOutput = true,
            });
            return query?.StandardOutput.ReadToEnd().Split('\n')[0].Trim() is { Length: > 0 } name ? $"{name} (name, memory, driver)" : "A CUDA device that nvidia-smi does not know";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "A CUDA device without nvidia-smi";
        }
    }
}
