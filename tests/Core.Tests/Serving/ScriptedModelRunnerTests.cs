using System.Diagnostics;
using System.Text;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class ScriptedModelRunnerTests
{
    [Fact]
    public void Execute_WithOptions_SaysTheTextAndEnds()
    {
        var (text, sequence) = Run("hello", new ScriptedRunnerOptions { Text = "Été" });

        Assert.Equal("Été", text);
        Assert.True(sequence.Finish!.EndsWithEos);
        Assert.Equal(6, sequence.CompletionLength);    // five bytes and the end
    }

    [Theory]
    [InlineData("!text Hi there", "Hi there")]
    [InlineData("prose\n!text one\\ntwo<|im_end|>", "one\ntwo")]
    [InlineData("!text a\nmore\n!text b\n", "b")]
    [InlineData("!count to=12", "1 2 3 4 5 6 7 8 9 10 11 12 ")]
    [InlineData("!echo", "!echo")]
    public void Execute_WithADirective_ObeysIt(string prompt, string expected)
    {
        Assert.Equal(expected, Run(prompt).Text);
    }

    [Fact]
    public void Execute_Endless_CountsForEver()
    {
        var (text, sequence) = Run("!endless", parameters: new SamplingParameters { MaxTokens = 20_000 });

        Assert.Equal(SequenceFinishReason.Length, sequence.Finish!.Reason);
        Assert.StartsWith("1 2 3 4 5 6 7 8 9 10 11 12 13", text, StringComparison.Ordinal);
        Assert.Contains(" 99 100 101 ", text, StringComparison.Ordinal);
        Assert.Contains(" 999 1000 1001 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_WithMinTokensOrIgnoredEos_GoesOn()
    {
        Assert.Equal("ababab", Run("!text ab", parameters: Ending() with { MinTokens = 6 }).Text);
        Assert.Equal("ababa", Run("!text ab", parameters: Ending() with { IgnoreEos = true, MaxTokens = 5 }).Text);
    }

    [Fact]
    public void Execute_WithLogitBias_ForcesAndBans()
    {
        var forced = new Dictionary<int, float> { ['x'] = 100 };
        var banned = new Dictionary<int, float> { ['b'] = -100 };

        Assert.Equal("xxx", Run("!text abc", parameters: Ending() with { LogitBias = forced, MaxTokens = 3 }).Text);
        Assert.Equal("a c", Run("!text abc", parameters: Ending() with { LogitBias = banned }).Text);
    }

    [Fact]
    public void Execute_WithLogprobs_GivesTheExactDistribution()
    {
        var runner = new ScriptedModelRunner(new ScriptedRunnerOptions { Text = "a" });
        var scheduler = new Scheduler(runner.Limits, new EngineOptions());
        scheduler.Add(new Sequence(1, [1], Ending() with { TopLogprobs = 3 }));

        var logprobs = runner.Execute(scheduler.Schedule()!)[0].Tokens.Span[0].Logprobs!;

        var norm = Math.Log(Math.Exp(10) + Math.E + 255);
        Assert.Equal(['a', ' ', 0], logprobs.TopIds);
        Assert.Equal(10 - norm, logprobs.Logprob, precision: 4);
        Assert.Equal([10 - norm, 1 - norm, -norm], logprobs.TopLogprobs.Select(value => (double)value), (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Fact]
    public void Execute_WithAFaultDirective_FailsThatSequenceAlone()
    {
        var fault = Assert.Throws<SequenceFaultException>(() => Run("!text abcdef\n!fault after=3"));

        Assert.Equal(3, fault.Sequence.CompletionLength);
        Assert.Equal(0, Assert.Throws<SequenceFaultException>(() => Run("!fault after=0")).Sequence.CompletionLength);
    }

    [Fact]
    public void Execute_WithACrashDirective_FailsTheStep()
    {
        Assert.Throws<InvalidOperationException>(() => Run("!text abcdef\n!crash after=2"));
    }

    [Fact]
    public void Execute_WithDelays_TakesThatLong()
    {
        var started = Stopwatch.GetTimestamp();
        Run("!text ab\n!delay ms=20\n!prefill ms=40");

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 75, 60_000);
    }

    [Fact]
    public void Execute_WhenTheSequenceIsAborted_StopsWaiting()
    {
        var runner = new ScriptedModelRunner(new ScriptedRunnerOptions());
        var scheduler = new Scheduler(runner.Limits, new EngineOptions());
        var sequence = new Sequence(1, Encode("!prefill ms=60000"), Ending());
        scheduler.Add(sequence);
        var started = Stopwatch.GetTimestamp();
        using var timer = new Timer(_ => sequence.Abort(), null, 30, Timeout.Infinite);

        runner.Execute(scheduler.Schedule()!);

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.02, 50);    // of sixty
    }

    private static SamplingParameters Ending() => new() { EosTokenIds = [ScriptedModelRunner.EndOfText], MaxTokens = 1_000 };

    private static int[] Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), value => (int)value);

    private static (string Text, Sequence Sequence) Run(
        string prompt, ScriptedRunnerOptions? options = null, SamplingParameters? parameters = null)
    {
        var runner = new ScriptedModelRunner(options ?? new ScriptedRunnerOptions());
        var scheduler = new Scheduler(runner.Limits, new EngineOptions());
        var sequence = new Sequence(1, Encode(prompt), parameters ?? Ending());
        scheduler.Add(sequence);
        while (scheduler.Schedule() is { } batch)
        {
            scheduler.Update(runner.Execute(batch));
        }

        var bytes = World.Completion(sequence).Where(token => token < 256).Select(token => (byte)token);
        return (Encoding.UTF8.GetString([.. bytes]), sequence);
    }
}
