using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Rill.Bench.Models;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Torch;

namespace Rill.Bench.Engine;

/// <summary>
/// Rill's engine as the server runs it: scheduler, block manager and TorchModelRunner, with their defaults. Requests come through the door
/// that the server uses. A step's time is taken around the runner; the time of several steps holds what lies between them.
/// </summary>
internal sealed class RillEngine : IEngine
{
    private const int SpareSteps = 16;    // sequences do not begin in the same step

    private readonly TorchModelRunner _runner;
    private readonly StepRecorder _recorder;
    private readonly InferenceEngine _engine;
    private readonly RillMetrics _metrics = new();
    private readonly RandomTokens _tokens;
    private readonly int _adapters;
    private readonly List<string> _notes = [];

    /// <summary>Loads a model directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="format">How the weights are held and computed with.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="fillContext">True to fill long prompts instead of computing them.</param>
    /// <param name="gpu">The GPU to run on; null for the CPU.</param>
    /// <param name="adapters">Directories of adapters, with which sequences take turns; null for none.</param>
    public RillEngine(
        string directory, WeightFormat format, int threads, bool fillContext = false, GpuSetup? gpu = null, IReadOnlyList<string>? adapters = null)
    {
        var options = gpu is null
            ? new EngineOptions { PrefixCache = !fillContext }
            : new EngineOptions { MaxSequences = gpu.MaxSequences, TokenBudget = gpu.TokenBudget };
        _runner = TorchModelRunnerFactory.Load(directory, new TorchRunnerOptions
        {
            DataType = Find(format) ?? throw new NotSupportedException($"Rill does not support {format.Name()} yet."),
            SlotCount = options.MaxSequences,
            Threads = threads,
            Device = gpu?.Device ?? "cpu",
            CudaGraphs = gpu?.Graphs ?? false,
            UseGpuDecoder = gpu is not null,
            ContextLength = gpu?.ContextLength,
            StepTokens = gpu?.TokenBudget,
            Report = Note,
            Inform = Note,
        });
        foreach (var adapter in adapters ?? [])
        {
            _runner.LoadAdapter(++_adapters, ModelFiles.InDirectory(adapter));
        }

        Description = $"Rill, computing in {_runner.DataType}";
        _tokens = new RandomTokens(_runner.Limits.VocabularySize, seed: 1);
        _recorder = new StepRecorder(fillContext ? new ContextFiller(_runner) : _runner);
        _engine = new InferenceEngine(_recorder, options, NullLogger<InferenceEngine>.Instance, TimeProvider.System, _metrics);
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <summary>What was reported while the model was loaded.</summary>
    public IReadOnlyList<string> Notes => [.. _notes];

    /// <summary>True when the runner has this format.</summary>
    public static bool Supports(WeightFormat format) => Find(format) is not null;

    /// <inheritdoc/>
    public double Decode(int sequences, int context, int steps) => Decode(sequences, context, steps, null);

    /// <summary>The same of sequences that are limited, each by a constraint of its own.</summary>
    public double Decode(int sequences, int context, int steps, Func<ITokenConstraint>? newConstraint)
    {
        Run([.. Enumerable.Range(0, sequences).Select(_ => _tokens.Take(context))], steps + SpareSteps, newConstraint);
        var whole = _recorder.Take().Where(step => step.Sequences == sequences && step.Tokens == sequences).Skip(1).Take(steps).ToList();
        return whole.Count == steps
            ? Stopwatch.GetElapsedTime(whole[0].From, whole[^1].To).TotalSeconds
            : throw new InvalidOperationException($"Only {whole.Count} steps held all {sequences} sequences.");
    }

    /// <summary>Whole answers to prompts, all at once, each by a constraint of its own.</summary>
    public TimedAnswers Answer(IReadOnlyList<IReadOnlyList<int>> prompts, SamplingParameters parameters, Func<ITokenConstraint> newConstraint)
    {
        var answers = Run(prompts, parameters, newConstraint);
        var steps = _recorder.Take().Where(step => step.Tokens > 0).SkipWhile(step => step.Sequences != prompts.Count || step.Tokens != prompts.Count).ToList();
        return new(answers, Stopwatch.GetElapsedTime(steps[0].From, steps[^1].To).TotalSeconds, steps.Count, steps.Sum(step => step.Sampled));
    }

    /// <summary>Random tokens that no text before them has been cached of.</summary>
    public IReadOnlyList<int> NewPrompt(int tokens) => _tokens.Take(tokens);

    /// <inheritdoc/>
    public double Prefill(int tokens)
    {
        Run([_tokens.Take(tokens)], 1);
        var steps = _recorder.Take();
        return Stopwatch.GetElapsedTime(steps[0].From, steps.Last(step => step.Tokens > 0).To).TotalSeconds;
    }

    /// <inheritdoc/>
    public int[] Continue(IReadOnlyList<int> prompt, int count) => Run([prompt], count)[0];

    /// <inheritdoc/>
    public float[] Logits(IReadOnlyList<int> text, bool asPrompt) => _runner.Logits(text, asPrompt);

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.DisposeAsync().AsTask().Wait();
        _metrics.Dispose();
    }

    /// <summary>Greedy answers to prompts, all at once.</summary>
    private int[][] Run(IReadOnlyList<IReadOnlyList<int>> prompts, int maxTokens, Func<ITokenConstraint>? newConstraint = null) =>
        Run(prompts, new SamplingParameters { Temperature = 0, MaxTokens = maxTokens, IgnoreEos = true }, newConstraint);

    private int[][] Run(IReadOnlyList<IReadOnlyList<int>> prompts, SamplingParameters parameters, Func<ITokenConstraint>? newConstraint)
    {
        _recorder.Take();
        if (!_engine.TryReserve(prompts.Count, prompts.Sum(prompt => prompt.Count), out var reservation, out var rejection))
        {
            throw new InvalidOperationException($"The engine refused {prompts.Count} sequences: {rejection.Reason}.");
        }

        using (reservation)
        {
            var streams = prompts.Select((prompt, index) => _engine.Submit(
                reservation,
                new SequenceRequest(prompt) { Parameters = parameters, Constraint = newConstraint?.Invoke(), Adapter = _adapters == 0 ? 0 : 1 + (index % _adapters) },
                CancellationToken.None)).ToList();
            return Task.WhenAll(streams.Select(ReadAsync)).GetAwaiter().GetResult();
        }
    }

    private void Note(string sentence)
    {
        Console.Error.WriteLine(sentence);
        _notes.Add(sentence);
    }

    private static async Task<int[]> ReadAsync(TokenStream stream)
    {
        using (stream)
        {
            var tokens = new List<int>();
            SequenceFinish? finish = null;
            while (finish is null)
            {
                var batch = await stream.ReadAsync();
                tokens.AddRange(batch.TokenIds.Span);
                finish = batch.Finish;
            }

            return [.. tokens];
        }
    }

    /// <summary>The runner's type by name, so that the benchmark measures a format as soon as the runner has it.</summary>
    private static TorchDataType? Find(WeightFormat format) => format switch
    {
        WeightFormat.F32 => TorchDataType.Float32,
        WeightFormat.BF16 => TorchDataType.BFloat16,
        _ => Enum.TryParse<TorchDataType>(format.Name(), ignoreCase: true, out var type) ? type : null,
    };
}
