using Rill.Serving;
using Rill.Torch.Sampling;
using static Rill.Torch.Tests.Sampling.SamplerCase;

namespace Rill.Torch.Tests.Sampling;

/// <summary>The sampler on logits small enough to do by hand (contract C.1, C.2).</summary>
public sealed class SamplerTests
{
    [Fact]
    public void Sample_Greedy_TakesTheHighestAndTheLowerIdOfEquals()
    {
        Assert.Equal(2, Sample([1, 3, 4, 2], Greedy));
        Assert.Equal(1, Sample([1, 4, 4, 2], Greedy));
        Assert.Equal(37, Sample([.. Enumerable.Range(0, 50).Select(token => token == 37 ? 9f : token % 7)], Greedy));
    }

    [Fact]
    public void Sample_TemperatureBelowTheGreedyBound_IsGreedyForEverySeed() =>
        Assert.All(Enumerable.Range(0, 50), seed => Assert.Equal(0, Sample([1.001f, 1], new SamplingParameters { Temperature = 9e-6f, Seed = seed })));

    [Fact]
    public void Sample_TinyTemperature_IsRaisedToAHundredth()
    {
        // At 0.01 a difference of 0.01 is one nat: 0.731; at 0.0001 it would be a hundred.
        var shares = Shares([0.01f, 0], new SamplingParameters { Temperature = 0.0001f });

        Assert.InRange(shares[0], 0.71, 0.75);
    }

    [Fact]
    public void Sample_Temperature_SharpensAndFlattens()
    {
        AssertShares([0.665, 0.245, 0.090], Shares([2, 1, 0], new SamplingParameters()));
        AssertShares([0.867, 0.117, 0.016], Shares([2, 1, 0], new SamplingParameters { Temperature = 0.5f }));
        AssertShares([0.506, 0.307, 0.186], Shares([2, 1, 0], new SamplingParameters { Temperature = 2 }));
    }

    [Fact]
    public void Sample_TopK_KeepsTies()
    {
        AssertShares([1, 0, 0, 0], Shares([4, 3, 3, 2], new SamplingParameters { TopK = 1 }));
        AssertShares([0.576, 0.212, 0.212, 0], Shares([4, 3, 3, 2], new SamplingParameters { TopK = 2 }));
        AssertShares([0.531, 0.195, 0.195, 0.072], Shares([4, 3, 3, 2], new SamplingParameters { TopK = 0 }), within: 0.03);
        AssertShares([0.531, 0.195, 0.195, 0.072], Shares([4, 3, 3, 2], new SamplingParameters { TopK = -1 }), within: 0.03);
    }

    [Fact]
    public void Sample_TopP_KeepsTheSmallestSetThatReachesTheMass()
    {
        float[] logits = [.. new[] { 0.1, 0.5, 0.3, 0.1 }.Select(share => (float)Math.Log(share))];

        AssertShares([0, 1, 0, 0], Shares(logits, new SamplingParameters { TopP = 0 }));
        AssertShares([0, 1, 0, 0], Shares(logits, new SamplingParameters { TopP = 0.49f }));
        AssertShares([0, 0.625, 0.375, 0], Shares(logits, new SamplingParameters { TopP = 0.51f }));
        AssertShares([0.111, 0.556, 0.333, 0], Shares(logits, new SamplingParameters { TopP = 0.85f }));    // the lower id of equals
        AssertShares([0.1, 0.5, 0.3, 0.1], Shares(logits, new SamplingParameters { TopP = 1 }));
    }

    [Fact]
    public void Sample_TopPWithALongTail_CountsTheTail()
    {
        // One token of 0.5, and 5000 that share the rest: a nucleus of 0.9 needs 4000 of them.
        float[] logits = [.. Enumerable.Repeat((float)Math.Log(0.5 / 5000), 5000).Prepend((float)Math.Log(0.5))];
        var drawn = Draws(logits, new SamplingParameters { TopP = 0.9f }, 3000);

        Assert.InRange(drawn.Count(token => token == 0) / 3000.0, 0.52, 0.59);
        Assert.InRange(drawn.Max(), 3700, 4001);
    }

    [Fact]
    public void Sample_MinP_ComparesWithTheMostProbable()
    {
        float[] logits = [.. new[] { 0.6, 0.3, 0.1 }.Select(share => (float)Math.Log(share))];

        AssertShares([0.6, 0.3, 0.1], Shares(logits, new SamplingParameters { MinP = 0.1f }));
        AssertShares([0.667, 0.333, 0], Shares(logits, new SamplingParameters { MinP = 0.4f }));
        AssertShares([1, 0, 0], Shares(logits, new SamplingParameters { MinP = 1 }));
    }

    [Fact]
    public void Sample_MinPBeforeTopP_UsesTheTemperedDistribution()
    {
        // At temperature 2 the shares 0.64, 0.16, 0.16, 0.04 become 0.4, 0.2, 0.2, 0.1 (over 0.9): min_p 0.3 removes the last only,
        // and top_p then counts the mass of what min_p has left.
        float[] logits = [.. new[] { 0.64, 0.16, 0.16, 0.04 }.Select(share => (float)Math.Log(share))];

        AssertShares([0.5, 0.25, 0.25, 0], Shares(logits, new SamplingParameters { Temperature = 2, MinP = 0.3f }));
        AssertShares([0.667, 0.333, 0, 0], Shares(logits, new SamplingParameters { Temperature = 2, MinP = 0.3f, TopP = 0.7f }));
    }

    [Fact]
    public void Sample_LogitBias_ForcesBansAndShifts()
    {
        Assert.Equal(0, Sample([1, 3, 4], Greedy with { LogitBias = new Dictionary<int, float> { [0] = 100 } }));
        Assert.Equal(1, Sample([1, 3, 4], Greedy with { LogitBias = new Dictionary<int, float> { [2] = -100 } }));
        Assert.Equal(2, Sample([1, 3, 4], Greedy with { LogitBias = new Dictionary<int, float> { [1] = 0.9f } }));
        Assert.Equal(1, Sample([1, 3, 4], Greedy with { LogitBias = new Dictionary<int, float> { [1] = 1.1f } }));
    }

    [Theory]
    [InlineData(2f, 4f, 1.9f, 1)]       // 4 / 2 = 2 > 1.9
    [InlineData(2.2f, 4f, 1.9f, 0)]     // 4 / 2.2 < 1.9
    [InlineData(2f, -1f, -1.9f, 0)]     // -1 * 2 = -2 < -1.9
    [InlineData(1.8f, -1f, -1.9f, 1)]
    [InlineData(0.5f, -4f, -2.1f, 1)]   // below 1 it rewards
    public void Sample_RepetitionPenalty_DividesPositiveAndMultipliesNegative(float penalty, float seen, float unseen, int expected)
    {
        // Token 1 was in the prompt, twice: the penalty counts once.
        Assert.Equal(expected, Sample([unseen, seen], Greedy with { RepetitionPenalty = penalty }, prompt: [1, 1]));
        Assert.Equal(expected, Sample([unseen, seen, -9], Greedy with { RepetitionPenalty = penalty }, prompt: [2], completion: [1, 1]));
    }

    [Fact]
    public void Sample_FrequencyAndPresence_CountTheCompletionOnly()
    {
        float[] logits = [2, 2.9f];

        Assert.Equal(1, Sample(logits, Greedy with { FrequencyPenalty = 2, PresencePenalty = 2 }, prompt: [1, 1, 1]));
        Assert.Equal(1, Sample(logits, Greedy with { FrequencyPenalty = 0.4f }, prompt: [0], completion: [1, 1]));      // 2.9 - 0.8
        Assert.Equal(0, Sample(logits, Greedy with { FrequencyPenalty = 0.4f }, prompt: [0], completion: [1, 1, 1]));   // 2.9 - 1.2
        Assert.Equal(1, Sample(logits, Greedy with { PresencePenalty = 0.8f }, prompt: [0], completion: [1, 1, 1]));    // 2.9 - 0.8
        Assert.Equal(0, Sample(logits, Greedy with { PresencePenalty = 1 }, prompt: [0], completion: [1]));
        Assert.Equal(1, Sample(logits, Greedy with { PresencePenalty = -1 }, prompt: [1], completion: [1]));
    }

    [Fact]
    public void Sample_PenaltiesTogether_RepetitionComesFirst() =>
        // 4 / 2 - 1 = 1, not (4 - 1) / 2 = 1.5
        Assert.Equal(0, Sample([1.2f, 4], Greedy with { RepetitionPenalty = 2, PresencePenalty = 1 }, prompt: [1], completion: [1]));

    [Fact]
    public void Sample_BadWords_BanTheLastTokenAfterTheOthers()
    {
        var parameters = Greedy with { BadWords = [[3], [1, 2]] };

        Assert.Equal(2, Sample([0, 1, 2, 3], parameters, prompt: [0]));
        Assert.Equal(1, Sample([0, 1, 2, 3], parameters, prompt: [0], completion: [1]));
        Assert.Equal(2, Sample([0, 1, 2, 3], parameters, prompt: [1]));                      // the prompt is no completion
        Assert.Equal(2, Sample([0, 1, 2, 3], parameters, prompt: [0], completion: [1, 0]));
    }

    [Fact]
    public void Sample_MinTokens_BansEndAndStopTokensUntilThen()
    {
        var parameters = Greedy with { MinTokens = 2, EosTokenIds = [3, 999], StopTokenIds = [2] };

        Assert.Equal(1, Sample([0, 1, 2, 3], parameters));
        Assert.Equal(1, Sample([0, 1, 2, 3], parameters, completion: [0]));
        Assert.Equal(3, Sample([0, 1, 2, 3], parameters, completion: [0, 0]));
    }

    [Fact]
    public void Sample_NothingPossible_FaultsThatSequenceOnly()
    {
        var banned = NewSequence(Greedy with { BadWords = [[0], [1]] });
        var random = NewSequence(new SamplingParameters { BadWords = [[0], [1]] });

        Assert.Same(banned, Assert.Throws<SequenceFaultException>(() => SampleAll([[1, 2], [2, 1]], [NewSequence(Greedy), banned])).Sequence);
        Assert.Same(random, Assert.Throws<SequenceFaultException>(() => SampleAll([[1, 2]], [random])).Sequence);
        Assert.Throws<SequenceFaultException>(() => Sample([float.NaN, float.NaN], Greedy));
    }

    /// <summary>So that the step of all need not run again without it.</summary>
    [Fact]
    public void Sample_NothingPossibleForOne_GivesTheOthersTheirTokens()
    {
        var banned = NewSequence(Greedy with { BadWords = [[0], [1]] });

        var results = Results([[1, 2], [2, 1], [3, 1]], [NewSequence(Greedy), banned, NewSequence(Greedy)]);

        Assert.Equal([1, 0], new[] { results[0], results[2] }.Select(result => result.Tokens.Span[0].TokenId));
        Assert.Same(banned, results[1].Fault!.Sequence);
        Assert.True(results[1].Tokens.IsEmpty);
    }

    [Fact]
    public void Sample_UnexpectedFault_NamesItsSequence()
    {
        var bad = NewSequence(Greedy with { LogitBias = new Dictionary<int, float> { [77] = 1 } });

        Assert.Same(bad, Assert.Throws<SequenceFaultException>(() => SampleAll([[1, 2], [2, 1]], [NewSequence(Greedy), bad])).Sequence);
    }

    [Fact]
    public void Sample_Logprobs_AreOfTheRawDistribution()
    {
        float[] logits = [.. new[] { 0.1, 0.5, 0.3, 0.1 }.Select(share => (float)Math.Log(share) + 7)];
        var sequence = NewSequence(new SamplingParameters
        {
            Temperature = 0,
            TopLogprobs = 3,
            LogitBias = new Dictionary<int, float> { [3] = 100 },
        });

        var sampled = SampleAll([logits], [sequence])[0];

        Assert.Equal(3, sampled.TokenId);
        Assert.Equal(Math.Log(0.1), sampled.Logprobs!.Logprob, 1e-5);
        Assert.Equal([1, 2, 0], sampled.Logprobs.TopIds);
        Assert.Equal([Math.Log(0.5), Math.Log(0.3), Math.Log(0.1)], sampled.Logprobs.TopLogprobs.Select(value => (double)value), Within(1e-5));
    }

    [Fact]
    public void Sample_LogprobsWithoutAlternatives_HasTheSampledOneOnly()
    {
        var sampled = SampleAll([[1, 2], [1, 2], [float.NegativeInfinity, 2]], [NewSequence(Greedy with { TopLogprobs = 0 }), NewSequence(Greedy), NewSequence(Greedy with { TopLogprobs = 2 })]);

        Assert.Empty(sampled[0].Logprobs!.TopIds);
        Assert.Null(sampled[1].Logprobs);
        Assert.Equal([0f, -9999f], sampled[2].Logprobs!.TopLogprobs);
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameTokensAloneAndInABatch()
    {
        var random = new Random(3);
        float[] Row() => [.. Enumerable.Range(0, 300).Select(_ => (float)(random.NextDouble() * 8))];
        var rows = Enumerable.Range(0, 9).Select(_ => Row()).ToArray();
        Sequence[] Sequences() => [.. Enumerable.Range(0, 9).Select(index => NewSequence(new SamplingParameters
        {
            Seed = 40 + index,
            Choice = index % 3,
            TopP = index % 2 == 0 ? 0.9f : 1,
            TopK = index % 3 == 0 ? 40 : 0,
            Temperature = index == 4 ? 0 : 0.8f,
        }, completion: new int[index]))];

        var together = SampleAll(rows, Sequences()).Select(token => token.TokenId);
        var alone = Sequences().Select((sequence, index) => SampleAll([rows[index]], [sequence])[0].TokenId);

        Assert.Equal(alone, together);
    }

    [Fact]
    public void Sample_SeedChoiceOrStep_ChangesTheDraws()
    {
        float[] logits = new float[1000];
        int[] Tokens(SamplingParameters parameters) => [.. Enumerable.Range(0, 8).Select(step => Sample(logits, parameters, completion: new int[step]))];

        var tokens = Tokens(new SamplingParameters { Seed = 1 });

        Assert.Equal(tokens, Tokens(new SamplingParameters { Seed = 1 }));
        Assert.NotEqual(tokens, Tokens(new SamplingParameters { Seed = 2 }));
        Assert.NotEqual(tokens, Tokens(new SamplingParameters { Seed = 1, Choice = 1 }));
        Assert.InRange(tokens.Distinct().Count(), 6, 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(100)]
    public void NthLargest_AnyOrderWithTies_AgreesWithSorting(int length)
    {
        var random = new Random(length);
        for (var n = 1; n <= length; n++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => random.Next(10) == 0 ? float.NegativeInfinity : random.Next(12))];
            var expected = values.OrderDescending().ElementAt(n - 1);

            Assert.Equal(expected, TokenFilters.NthLargest(values, n));
        }
    }

    [Fact]
    public void Sample_PenaltiesOfALongContext_AllocateNothingForIt()
    {
        var sequence = NewSequence(
            Greedy with { RepetitionPenalty = 1.1f, FrequencyPenalty = 0.1f, PresencePenalty = 0.1f },
            prompt: [.. Enumerable.Range(0, 100_000).Select(position => position % 1000)], completion: [.. Enumerable.Range(0, 5000).Select(position => position % 1000)]);
        var logits = new float[1000];
        Sampler.SampleRow(logits, sequence);    // counts the tokens once
        var before = GC.GetAllocatedBytesForCurrentThread();

        Sampler.SampleRow(logits, sequence);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);    // a set of the context's tokens takes many times as much
    }

    private static int[] Draws(float[] logits, SamplingParameters parameters, int count) =>
        [.. Enumerable.Range(0, count).Select(seed => Sampler.SampleRow(logits, NewSequence(parameters with { Seed = seed })).TokenId)];

    private static double[] Shares(float[] logits, SamplingParameters parameters)
    {
        const int count = 4000;
        var drawn = Draws(logits, parameters, count);
        return [.. Enumerable.Range(0, logits.Length).Select(token => drawn.Count(other => other == token) / (double)count)];
    }

    /// <summary>A share of 0 or 1 must be exact: a removed token is never drawn.</summary>
    private static void AssertShares(double[] expected, double[] actual, double within = 0.025)
    {
        for (var token = 0; token < expected.Length; token++)
        {
            Assert.InRange(actual[token], expected[token] is 0 or 1 ? expected[token] : expected[token] - within, expected[token] is 0 or 1 ? expected[token] : expected[token] + within);
        }
    }

    private static EqualityComparer<double> Within(double tolerance) =>
        EqualityComparer<double>.Create((left, right) => Math.Abs(left - right) <= tolerance, _ => 0);
}
