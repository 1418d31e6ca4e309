using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.Core.Tests.Serving;

/// <summary>An engine over a shadow model whose steps a test can hold back, with a clock that stands still.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    public const int Vocabulary = 1_000;

    public EngineWorld(
        EngineOptions? options = null, int blocks = 1_000, int slots = 64, Func<StepBatch, Exception?>? fault = null, bool held = false,
        IDraftSource? drafts = null, bool takesDrafts = false, bool overlaps = false, Func<Sequence, Exception?>? sampleFault = null)
    {
        var limits = new ModelLimits(Vocabulary, 2_000, slots, 4, blocks) { TakesDrafts = takesDrafts, Overlaps = overlaps };
        Runner = new SteppingRunner(new ShadowRunner(limits, fault, sampleFault));
        if (!held)
        {
            Runner.AllowAll();
        }

        Exporter = new PrometheusExporter(Metrics, "test");
        Engine = new InferenceEngine(Runner, options ?? new EngineOptions(), Log, Time, Metrics, drafts);
    }

    public FakeTimeProvider Time { get; } = new();

    public RillMetrics Metrics { get; } = new();

    public PrometheusExporter Exporter { get; }

    public RecordingLogger Log { get; } = new();

    public SteppingRunner Runner { get; }

    public InferenceEngine Engine { get; }

    public static async Task<List<int>> ReadAll(TokenStream stream)
    {
        var tokens = new List<int>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        TokenBatch batch;
        do
        {
            batch = await stream.ReadAsync(limit.Token);
            tokens.AddRange(batch.TokenIds.Span);
        }
        while (batch.Finish is null);

        return tokens;
    }

    public static async Task Eventually(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(120), "It did not come true in time.");
            await Task.Delay(1);
        }
    }

    public TokenStream Start(int promptTokens, int maxTokens, int salt = 0, CancellationToken cancellationToken = default)
    {
        using var reservation = Reserve(1, promptTokens);
        var stream = Submit(reservation, promptTokens, maxTokens, salt, cancellationToken);
        reservation.HandOver();
        return stream;
    }

    public Reservation Reserve(int sequences, int promptTokens)
    {
        Assert.True(Engine.TryReserve(sequences, promptTokens, out var reservation, out _));
        return reservation;
    }

    public TokenStream Submit(
        Reservation reservation, int promptTokens, int maxTokens, int salt = 0, CancellationToken cancellationToken = default)
        => Engine.Submit(reservation, World.Prompt(promptTokens, salt), new SamplingParameters { MaxTokens = maxTokens }, cancellationToken);

    public string Scrape()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        Exporter.WriteTo(text);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }

    public async ValueTask DisposeAsync()
    {
        Runner.AllowAll();
        await Engine.DisposeAsync();
        Exporter.Dispose();
        Metrics.Dispose();
    }

    /// <summary>Lets a test decide how many steps the model may take.</summary>
    internal sealed class SteppingRunner(ShadowRunner inner) : IModelRunner
    {
        private readonly SemaphoreSlim _permits = new(0);
        private bool _all;

        public ModelLimits Limits => inner.Limits;

        public bool IsDisposed { get; private set; }

        /// <summary>True to answer with a token of no sequence.</summary>
        public bool Garble { get; set; }

        public int Steps => inner.Steps;

        /// <summary>Tokens of steps that were launched before anybody had read them.</summary>
        public int Ahead => inner.Ahead;

        /// <summary>The adapters that were unloaded, in order.</summary>
        public ConcurrentQueue<int> Unloaded { get; } = new();

        public void Allow(int steps) => _permits.Release(steps);

        public void AllowAll()
        {
            _all = true;
            _permits.Release();
        }

        public void UnloadAdapter(int number) => Unloaded.Enqueue(number);

        public IReadOnlyList<StepResult> Execute(StepBatch batch)
        {
            if (!_all)
            {
                _permits.Wait();
            }

            var sampled = inner.Execute(batch);
            return Garble && batch.Steps.Count > 0 ? [default] : sampled;
        }

        public IPendingStep Launch(StepBatch batch) => Limits.Overlaps ? new Held(this, inner.Launch(batch)) : new ExecutedStep(Execute(batch));

        public void Dispose()
        {
            IsDisposed = true;
            inner.Dispose();
        }

        /// <summary>A step that is done when the test lets it.</summary>
        private sealed class Held(SteppingRunner runner, IPendingStep inner) : IPendingStep
        {
            public IReadOnlyList<StepResult> Collect()
            {
                if (!runner._all)
                {
                    runner._permits.Wait();
                }

                var results = inner.Collect();
                return runner.Garble && results.Count > 0 ? [default] : results;
            }
        }
    }

    internal sealed class RecordingLogger : ILogger<InferenceEngine>
    {
        public ConcurrentQueue<(LogLevel Level, string Message)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
