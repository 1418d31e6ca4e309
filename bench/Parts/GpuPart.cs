using System.Diagnostics;
using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;
using Rill.Torch.Native;
using TorchSharp;

namespace Rill.Bench.Parts;

/// <summary>Rill's engine on a GPU: equal tokens to the CPU's, decoding with and without captured steps, time to the first token, start.</summary>
internal static class GpuPart
{
    /// <summary>The word on the command line.</summary>
    public const string Name = "gpu";

    /// <summary>The section's title.</summary>
    public const string Title = "Engine on a GPU";

    private const string Cuda = "cuda";
    private const int Context = 48;
    private const int AnswerTokens = 64;
    private static readonly int[] s_sequences = [1, 8, 16, 32, 64, 128, 256];
    private static readonly int[] s_prompts = [128, 512];

    /// <summary>Measures and returns the section; null, after a sentence on the standard error, where there is no GPU.</summary>
    public static string? Run(BenchOptions options)
    {
        NativeTorch.Load();
        if (!torch.cuda.is_available())
        {
            Console.Error.WriteLine("bench/run gpu: there is no CUDA device, or this is a build for CPUs; on a machine with an NVIDIA GPU: TorchBackend=cuda bench/run gpu");
            return null;
        }

        return Measure(options, Cuda, DeviceName());
    }

    /// <summary>Measures on a device.</summary>
    internal static string Measure(BenchOptions options, string device, string deviceName)
    {
        double? bandwidth = null;
        var decoding = new Table("shape", "sequences", "captured, tokens/s", "not captured, tokens/s", "ratio", "share of bandwidth");
        var prompts = new Table(["shape", .. s_prompts.Select(tokens => $"first token of a {tokens}-token prompt, ms")]);
        var starts = new Table("shape", "Main, ms", "libraries, ms", "model, ms", "first token of a 128-token prompt, ms");
        foreach (var shape in options.Shapes)
        {
            Console.Error.WriteLine($"gpu: {shape.Name}");
            using var captured = Start(shape, device, graphs: true);
            captured.Prefill(s_prompts[0]);
            double[] phases = [.. captured.Phases, Stopwatch.GetElapsedTime(captured.StartedAt).TotalMilliseconds];
            starts.Add([shape.Name, .. phases.Select(milliseconds => Table.Number(milliseconds))]);
            bandwidth ??= captured.Bandwidth(device);
            prompts.Add([shape.Name, .. s_prompts.Select(tokens => Table.Spread(Rounds(options, () => 1_000 * tokens / captured.Prefill(tokens))))]);
            using var eager = Start(shape, device, graphs: false);
            foreach (var sequences in s_sequences)
            {
                AddDecoding(options, decoding, shape, sequences, captured, eager, bandwidth.Value);
            }
        }

        return $"""
            {deviceName}. Its memory copies at {Table.Number(bandwidth!.Value)} GB/s, read and written bytes together.

            ### Decoding, bf16

            {decoding}
            Tokens a second of all sequences together, after {Context} tokens each; greedy, through scheduler and sampler, without HTTP. Share of bandwidth: bytes of the weights times steps a second, of what the copy reaches.

            ### Time to first token, bf16

            {prompts}
            One prompt at a time, through the engine, without HTTP.

            ### Equal tokens, f32

            {EqualTokens(options.Shapes[0], device)}

            ### Process start to first token, bf16

            {starts}
            One start each, counted from just before the process was started.
            """;
    }

    private static void AddDecoding(
        BenchOptions options, Table table, ModelShape shape, int sequences, EngineProcess captured, EngineProcess eager, double bandwidth)
    {
        Console.Error.WriteLine($"gpu: {shape.Name}, {sequences} sequences");
        captured.Decode(sequences, Context, options.EngineSteps);    // captures what the measured steps need
        var rounds = Enumerable.Range(0, options.EngineRounds)
            .Select(_ => (With: captured.Decode(sequences, Context, options.EngineSteps), Without: eager.Decode(sequences, Context, options.EngineSteps))).ToList();
        var with = new Summary(rounds.ConvertAll(round => round.With));
        var weights = new FileInfo(Path.Combine(ModelCache.HuggingFace(shape), "model.safetensors")).Length;
        table.Add(
            shape.Name, sequences.ToString(CultureInfo.InvariantCulture), Table.Spread(with), Table.Spread(new Summary(rounds.ConvertAll(round => round.Without))),
            Table.Spread(new Summary(rounds.ConvertAll(round => round.With / round.Without))),
            sequences == 1 ? Table.Number(weights * with.Median / 1e9 / bandwidth) : "");
    }

    private static string EqualTokens(ModelShape shape, string device)
    {
        var prompt = new RandomTokens(shape.Vocabulary, seed: 5).Take(Context);
        using var cpu = EngineFactory.StartRill(shape, WeightFormat.F32);
        using var gpu = EngineFactory.StartRill(shape, WeightFormat.F32, new GpuSetup(device, Graphs: true));
        var expected = cpu.Continue(prompt, AnswerTokens);
        var equal = expected.Zip(gpu.Continue(prompt, AnswerTokens)).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{equal} of {AnswerTokens} greedy tokens of shape {shape.Name} are the CPU's, up to the first that is not.";
    }

    private static EngineProcess Start(ModelShape shape, string device, bool graphs) =>
        EngineFactory.StartRill(shape, WeightFormat.BF16, new GpuSetup(device, graphs));

    private static Summary Rounds(BenchOptions options, Func<double> measure) =>
        new(Enumerable.Range(0, options.EngineRounds).Select(_ => measure()).ToList());

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
