using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.Core.Tests.Serving;

/// <summary>
/// The engine's thread sleeps when it finds nothing to do. Here are thousands of short lives of small engines, in which arrivals, aborts,
/// full and emptied mailboxes, releases and drains meet that moment in every order: none may leave a sequence asleep.
/// </summary>
public class WakeUpTests
{
    private const int Threads = 4;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(SlowReaderPolicy.Pause)]
    [InlineData(SlowReaderPolicy.Coalesce)]
    public async Task Engine_WhateverMeetsItsSleep_EndsEverySequence(SlowReaderPolicy policy)
    {
        var until = Stopwatch.GetTimestamp() + (long)(_duration.TotalSeconds * Stopwatch.Frequency);
        var runs = Enumerable.Range(0, Threads).Select(thread => Task.Run(() => RunAsync(policy, thread, until))).ToList();

        var rounds = await Task.WhenAll(runs);

        Assert.All(rounds, count => Assert.InRange(count, 1, int.MaxValue));
    }

    /// <summary>The world in which the fault was found: short of memory, both readers right behind the engine.</summary>
    [Fact]
    public async Task Engine_WithPausedReadersAndLittleMemory_WakesForEachThatReads()
    {
        var until = Stopwatch.GetTimestamp() + (long)(_duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < until)
            {
                await using var world = new EngineWorld(new EngineOptions { SlowReader = SlowReaderPolicy.Pause, PauseAfterTokens = 2 }, blocks: 12);
                using var first = world.Start(5, 40);
                using var second = world.Start(5, 40, salt: 1);
                var (one, two) = (ReadAsync(first, int.MaxValue), ReadAsync(second, int.MaxValue));
                Assert.Equal(40, await one.WaitAsync(_bound));
                Assert.Equal(40, await two.WaitAsync(_bound));
            }
        })));
    }

    private static async Task<int> RunAsync(SlowReaderPolicy policy, int thread, long until)
    {
        var random = new Random(thread);
        var rounds = 0;
        for (; rounds == 0 || Stopwatch.GetTimestamp() < until; rounds++)
        {
            await RoundAsync(policy, random).WaitAsync(_bound);
        }

        return rounds;
    }

    private static async Task RoundAsync(SlowReaderPolicy policy, Random random)
    {
        var options = new EngineOptions { SlowReader = policy, PauseAfterTokens = random.Next(1, 4), MaxSequences = random.Next(1, 4) };
        var limits = new ModelLimits(EngineWorld.Vocabulary, 100, 4, 4, BlockCount: random.Next(10, 20));
        var drafts = random.Next(2) == 0 ? null : new ScriptedDrafts(EngineWorld.Vocabulary, new Random(random.Next()), rightShare: 0.7);
        using var metrics = new RillMetrics();
        var engine = new InferenceEngine(new ShadowRunner(limits), options, NullLogger<InferenceEngine>.Instance, TimeProvider.System, metrics, drafts);
        var lives = Enumerable.Range(0, random.Next(1, 5)).Select(_ => LiveAsync(engine, random.Next())).ToList();
        if (random.Next(2) == 0)
        {
            await Task.WhenAll(lives);
            await engine.DrainAsync(_bound);
            Assert.Equal((0, 0), (engine.Running, engine.Waiting));
        }
        else
        {
            await engine.DrainAsync(TimeSpan.FromMilliseconds(random.Next(3)));    // cuts off whatever is left
            await Task.WhenAll(lives);
        }

        await engine.DisposeAsync();
        Assert.Equal((0, 0), (engine.Running, engine.Waiting));
    }

    /// <summary>One request with one or two choices, which is read to its end, is left unread for a while, or is given up.</summary>
    private static async Task LiveAsync(InferenceEngine engine, int seed)
    {
        await Task.Yield();
        var random = new Random(seed);
        var choices = random.Next(1, 3);
        if (!engine.TryReserve(choices, 9, out var reservation, out _))
        {
            return;    // it drains already
        }

        using (reservation)
        {
            var prompt = World.Prompt(random.Next(1, 14), salt: random.Next(2));
            using var cancellation = new CancellationTokenSource();
            var streams = Enumerable.Range(0, choices)
                .Select(_ => engine.Submit(reservation, prompt, new SamplingParameters { MaxTokens = random.Next(1, 16) }, cancellation.Token)).ToList();
            var reads = streams.Select(stream => ReadAsync(stream, mostReads: random.Next(3) == 0 ? random.Next(4) : int.MaxValue)).ToList();
            if (random.Next(4) == 0)
            {
                await cancellation.CancelAsync();
            }

            await Task.WhenAll(reads);
        }
    }

    /// <summary>Reads so often at most, and gives up what is left; returns the number of tokens.</summary>
    private static async Task<int> ReadAsync(TokenStream stream, int mostReads)
    {
        using var owned = stream;
        var tokens = 0;
        try
        {
            for (var read = 0; read < mostReads; read++)
            {
                var batch = await stream.ReadAsync();
                tokens += batch.TokenIds.Length;
                if (batch.Finish is not null)
                {
                    break;
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or EngineFaultException { Kind: EngineFaultKind.ShuttingDown })
        {
            // aborted or cut off: it ended, which is what counts
        }

        return tokens;
    }
}
