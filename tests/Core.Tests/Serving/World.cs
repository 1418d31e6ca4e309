using System.Diagnostics;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>A scheduler, a shadow model and the two lines that make a step.</summary>
internal sealed class World
{
    private long _lastId;

    public World(
        int blocks = 64, int blockSize = 4, int slots = 8, int context = 256, int vocabulary = 1_000,
        EngineOptions? options = null, Func<StepBatch, Exception?>? fault = null, Func<Sequence, Exception?>? sampleFault = null,
        IDraftSource? drafts = null, bool takesDrafts = false, int stateBlocks = 0, bool overlaps = false,
        Func<Sequence, bool>? overtaken = null)
    {
        var limits = new ModelLimits(vocabulary, context, slots, blockSize, blocks) { TakesDrafts = takesDrafts, StateBlocks = stateBlocks, Overlaps = overlaps };
        Runner = new ShadowRunner(limits, fault, sampleFault, overtaken);
        Scheduler = new Scheduler(limits, options ?? new EngineOptions(), drafts);
    }

    public ShadowRunner Runner { get; }

    public Scheduler Scheduler { get; }

    public Sequence Add(int promptTokens, int maxTokens = 100, int salt = 0, SamplingParameters? parameters = null, Sequence? source = null)
        => Add(Prompt(promptTokens, salt), parameters ?? new SamplingParameters { MaxTokens = maxTokens }, source);

    public Sequence Add(IReadOnlyList<int> prompt, SamplingParameters parameters, Sequence? source = null)
        => Add(new SequenceRequest(prompt) { Parameters = parameters }, source);

    public Sequence Add(SequenceRequest request, Sequence? source = null)
    {
        var sequence = new Sequence(++_lastId, request.Prompt, request.Parameters)
        {
            PromptSource = source,
            Work = request.Work,
            Constraint = request.Constraint,
            CacheSalt = request.CacheSalt,
        };
        Scheduler.Add(sequence);
        return sequence;
    }

    /// <summary>What runs the steps as the engine does; what fails and takes time is told to the observer.</summary>
    public StepPipeline Pipeline(IStepObserver? observer = null) => new(Runner, Scheduler, observer ?? new RecordingObserver(), TimeProvider.System);

    /// <summary>One whole step; null when there was nothing to do.</summary>
    public StepBatch? Step()
    {
        var batch = Scheduler.Schedule();
        if (batch is not null)
        {
            Scheduler.Update(Runner.Execute(batch));
        }

        return batch;
    }

    public void RunToEnd(int limit = 10_000)
    {
        var started = Stopwatch.GetTimestamp();
        for (var steps = 0; Step() is not null || Scheduler.Running.Count + Scheduler.Waiting.Count > 0;)
        {
            // A sequence may sit steps out until its constraint is prepared.
            Assert.True(++steps < limit || Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(120), "The world does not come to rest.");
        }
    }

    public static int[] Prompt(int tokens, int salt = 0) => [.. Enumerable.Range(0, tokens).Select(i => (i * 7) + (salt * 100) + 1)];

    public static int[] Completion(Sequence sequence) => sequence.Tokens[sequence.PromptLength..].ToArray();
}
