using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class AdmissionGateTests
{
    [Fact]
    public void TryEnter_WithoutAPlace_Refuses()
    {
        var gate = new AdmissionGate(maxPlaces: 3, maxQueuedTokens: 100);

        Assert.True(gate.TryEnter(2, 1, out _));
        Assert.False(gate.TryEnter(2, 1, out var rejection));
        Assert.Equal(new Rejection(RejectionReason.QueueFull, 1), rejection);
        Assert.True(gate.TryEnter(1, 1, out _));
    }

    [Fact]
    public void TryEnter_WithTooManyPromptTokensWaiting_Refuses()
    {
        var gate = new AdmissionGate(maxPlaces: 10, maxQueuedTokens: 100);
        gate.TryEnter(1, 30, out _);
        gate.TryEnter(1, 30, out _);

        Assert.False(gate.TryEnter(1, 41, out _));
        Assert.True(gate.TryEnter(1, 40, out _));
    }

    /// <summary>One key loops prompts that fill the queue, however long they are, beside eight that ask for little.</summary>
    [Theory]
    [InlineData(1, 1_000_000)]
    [InlineData(4, 1_000_000)]
    [InlineData(4, 90_000)]
    public void TryEnter_BesideLongPrompts_TakesEveryShortOne(int greedy, int longPrompt)
    {
        var options = new EngineOptions();
        var gate = new AdmissionGate(options.MaxSequences + options.MaxQueuedRequests, options.MaxQueuedTokens);
        for (var i = 0; i < greedy; i++)
        {
            gate.TryEnter(1, longPrompt, out _);
        }

        for (var round = 0; round < 100; round++)
        {
            for (var modest = 0; modest < 8; modest++)
            {
                Assert.True(gate.TryEnter(1, 300, out _));
            }

            gate.Leave(8, 8 * 300);
            gate.TryEnter(1, longPrompt, out _);
        }
    }

    [Fact]
    public void TryEnter_BesideOneLongPrompt_TakesMiddlingOnesToo()
    {
        var gate = new AdmissionGate(maxPlaces: 100, maxQueuedTokens: 100_000);
        gate.TryEnter(1, 5_000_000, out _);

        Assert.True(gate.TryEnter(1, 20_000, out _));
        Assert.True(gate.TryEnter(1, 20_000, out _));
        Assert.False(gate.TryEnter(1, 20_000, out _));
    }

    [Fact]
    public void CorrectTokens_OfALongPrompt_GivesBackWhatItCountedFor()
    {
        var gate = new AdmissionGate(maxPlaces: 10, maxQueuedTokens: 100);
        gate.TryEnter(1, 5_000, out _);
        gate.TryEnter(1, 40, out _);
        Assert.False(gate.TryEnter(1, 20, out _));

        gate.CorrectTokens(5_000, 40);

        Assert.True(gate.TryEnter(1, 20, out _));
        Assert.False(gate.TryEnter(1, 11, out _));
    }

    [Fact]
    public void TryEnter_WithALongPromptAndAnEmptyQueue_Accepts()
    {
        var gate = new AdmissionGate(maxPlaces: 10, maxQueuedTokens: 100);

        Assert.True(gate.TryEnter(1, 5_000, out _));
    }

    [Fact]
    public void Start_OfASequence_FreesItsTokensButNotItsPlace()
    {
        var gate = new AdmissionGate(maxPlaces: 3, maxQueuedTokens: 100);
        gate.TryEnter(1, 50, out _);
        gate.TryEnter(1, 50, out _);
        Assert.False(gate.TryEnter(1, 40, out _));

        gate.Start(50);

        Assert.Equal((1, 1), (gate.Running, gate.Waiting));
        Assert.True(gate.TryEnter(1, 40, out _));
        Assert.False(gate.TryEnter(1, 0, out _));
        gate.End(completionTokens: 5);
        Assert.Equal((0, 2), (gate.Running, gate.Waiting));
    }

    [Fact]
    public void TryEnter_WhenClosed_RefusesWithDraining()
    {
        var gate = new AdmissionGate(maxPlaces: 2, maxQueuedTokens: 100);
        gate.Close();

        Assert.False(gate.TryEnter(1, 1, out var rejection));
        Assert.Equal(RejectionReason.Draining, rejection!.Reason);
        Assert.InRange(rejection.RetryAfterSeconds, 1, 30);
    }

    [Theory]
    [InlineData(0, 0, 1)]            // nothing waits
    [InlineData(1_000, 0, 10)]       // 1000 prompt tokens at 100 a second
    [InlineData(1_001, 0, 11)]       // rounded up
    [InlineData(100, 2, 3)]          // 100 + 2 x 64 expected completion tokens
    [InlineData(100_000, 0, 30)]     // never more than 30
    public void EstimateSeconds_AtAMeasuredRate_IsTheWorkOverTheRate(long promptTokens, int completions, int seconds)
    {
        var rate = new ServiceRate();
        rate.AddStep(50, TimeSpan.FromSeconds(0.5));
        rate.AddStep(50, TimeSpan.FromSeconds(0.5));

        Assert.Equal(100, rate.TokensPerSecond, precision: 6);
        Assert.Equal(seconds, rate.EstimateSeconds(promptTokens, completions));
    }

    [Fact]
    public void EstimateSeconds_BeforeAnyMeasurement_IsOne()
    {
        Assert.Equal(1, new ServiceRate().EstimateSeconds(1_000_000, 50));
    }

    [Fact]
    public void AddStep_WhenTheSpeedChanges_ForgetsTheOldSpeed()
    {
        var rate = new ServiceRate();
        rate.AddStep(10_000, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 60; i++)
        {
            rate.AddStep(10, TimeSpan.FromSeconds(1));
        }

        Assert.InRange(rate.TokensPerSecond, 10, 20);
    }

    [Fact]
    public void AddCompletion_MovesTheExpectedLength()
    {
        var rate = new ServiceRate();
        rate.AddStep(100, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++)
        {
            rate.AddCompletion(1_000);
        }

        Assert.Equal(10, rate.EstimateSeconds(0, 1));
    }
}
