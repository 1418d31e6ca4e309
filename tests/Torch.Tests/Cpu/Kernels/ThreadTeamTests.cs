using System.Diagnostics;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed class ThreadTeamTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Run_ManyPhases_RunsEveryPieceOnceAndInOrderOfPhases(int threads)
    {
        using var team = new ThreadTeam(threads);
        var counts = new int[40];
        for (var phase = 1; phase <= 5000; phase++)
        {
            var expected = phase;
            team.Run(1 + (phase % counts.Length), piece =>
            {
                if (Interlocked.Increment(ref counts[piece]) > expected)
                {
                    throw new InvalidOperationException("A piece ran twice in a phase.");
                }
            });
            Assert.Equal(1 + (phase % counts.Length), Sum(counts));
            Array.Clear(counts);
        }
    }

    [Fact]
    public void Run_AfterAPause_WakesTheHelpers()
    {
        using var team = new ThreadTeam(3);
        for (var i = 0; i < 5; i++)
        {
            Thread.Sleep(20);
            using var all = new Barrier(3);

            // Passes only when three threads hold a piece at once.
            team.Run(3, _ => Assert.True(all.SignalAndWait(TimeSpan.FromSeconds(90))));
        }
    }

    [Fact]
    public void Run_PieceThrows_ThrowsItAndGoesOn()
    {
        using var team = new ThreadTeam(2);
        for (var i = 0; i < 100; i++)
        {
            var thrown = Assert.Throws<FormatException>(() => team.Run(8, piece =>
            {
                if (piece == 5)
                {
                    throw new FormatException("five");
                }
            }));

            Assert.Equal("five", thrown.Message);
        }

        var sum = 0;
        team.Run(8, piece => Interlocked.Add(ref sum, piece));
        Assert.Equal(28, sum);
    }

    /// <summary>More threads than cores, and all cores busy besides: a team whose barriers wait for everybody needs a time slice for each phase.</summary>
    [Fact]
    public void Run_WhileOthersWantTheCores_StaysWithinBounds()
    {
        const int phases = 2000;
        var stop = false;
        var others = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                Thread.SpinWait(100);
            }
        })).ToList();
        others.ForEach(thread => thread.Start());
        using var team = new ThreadTeam(Environment.ProcessorCount);
        var sum = 0L;
        var clock = Stopwatch.StartNew();
        for (var phase = 0; phase < phases; phase++)
        {
            team.Run(16, piece => Interlocked.Add(ref sum, Spin(piece)));
        }

        var elapsed = clock.Elapsed;
        Volatile.Write(ref stop, true);
        others.ForEach(thread => thread.Join());

        Assert.Equal(phases * 16 * 17 / 2, sum);
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(90));

        static long Spin(int piece)
        {
            Thread.SpinWait(50);
            return piece + 1;
        }
    }

    /// <summary>A helper whose core was taken away in the middle of a piece: nobody but that piece waits for it.</summary>
    [Fact]
    public void Run_WithAHelperHeldUpInAPiece_LeavesAllOthersToTheCaller()
    {
        const int pieces = 64;
        var caller = Thread.CurrentThread;
        using var team = new ThreadTeam(2);
        using var held = new ManualResetEventSlim();
        using var othersDone = new CountdownEvent(pieces - 1);
        var byCaller = 0;

        team.Run(pieces, _ =>
        {
            if (Thread.CurrentThread == caller)
            {
                Assert.True(held.Wait(_patience));
                byCaller++;
                othersDone.Signal();
            }
            else
            {
                held.Set();
                Assert.True(othersDone.Wait(_patience), "The phase waited for its helper.");
            }
        });

        Assert.Equal(pieces - 1, byCaller);
    }

    /// <summary>That is how a loaded server's requests get a core.</summary>
    [Fact]
    public void Run_AfterAHelperCameLate_DoesWithoutItForThatLongAndThenTakesItBack()
    {
        using var team = new ThreadTeam(2);
        var late = TimeSpan.FromSeconds(2);
        HoldUpHelper(team, late);
        var clock = Stopwatch.StartNew();
        Thread.Sleep(100);    // for the helper to leave

        while (clock.Elapsed < late / 2)
        {
            var helped = IsHelped(team);
            Assert.False(helped && clock.Elapsed < late, $"The helper was back after {clock.Elapsed}.");
        }

        Assert.True(SpinWait.SpinUntil(() => IsHelped(team), _patience), "The helper never came back.");
    }

    /// <summary>A phase whose last piece is a helper's, which keeps it for a while.</summary>
    private static void HoldUpHelper(ThreadTeam team, TimeSpan time)
    {
        var caller = Thread.CurrentThread;
        using var held = new ManualResetEventSlim();
        team.Run(2, _ =>
        {
            if (Thread.CurrentThread == caller)
            {
                Assert.True(held.Wait(_patience));
            }
            else
            {
                held.Set();
                Thread.Sleep(time);
            }
        });
    }

    /// <summary>Runs a phase of some milliseconds; whether anybody but the caller had a part in it.</summary>
    private static bool IsHelped(ThreadTeam team)
    {
        var caller = Thread.CurrentThread;
        var helped = false;
        team.Run(8, _ =>
        {
            if (Thread.CurrentThread != caller)
            {
                Volatile.Write(ref helped, true);
            }

            Thread.Sleep(1);
        });
        return helped;
    }

    [Fact]
    public void Dispose_EndsTheThreads()
    {
        for (var i = 0; i < 50; i++)
        {
            var team = new ThreadTeam(4);
            team.Run(i % 4, _ => { });
            team.Dispose();    // returns when they have ended

            Assert.Throws<ObjectDisposedException>(() => team.Run(2, _ => { }));
        }
    }

    private static int Sum(int[] counts) => counts.Sum();
}
