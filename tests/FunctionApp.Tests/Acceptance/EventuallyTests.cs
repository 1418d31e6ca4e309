using Rill.FunctionApp.Tests.Acceptance.Harness;
using Xunit.Sdk;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Repetitions hide what a standing machine does, and nothing else.</summary>
public sealed class EventuallyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Measures_WhatMeetsItsExpectationOnce_Passes(int good)
    {
        var measured = 0;

        await Eventually.MeasuresAsync(() => Task.FromResult(++measured), number => Assert.Equal(good, number));

        Assert.Equal(good, measured);
    }

    [Fact]
    public async Task Measures_WhatNeverMeetsItsExpectation_Fails() =>
        await Assert.ThrowsAsync<EqualException>(() => Eventually.MeasuresAsync(() => Task.FromResult(1), number => Assert.Equal(2, number)));

    [Fact]
    public async Task Measures_WhatGoesWrongMeanwhile_FailsAtOnce()
    {
        var measured = 0;

        await Assert.ThrowsAsync<EqualException>(() => Eventually.MeasuresAsync(
            () =>
            {
                Assert.Equal(2, ++measured);
                return Task.FromResult(measured);
            },
            _ => { }));

        Assert.Equal(1, measured);
    }

    [Fact]
    public async Task Succeeds_WhatFailsEachTime_Fails()
    {
        var checks = 0;

        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.SucceedsAsync(() =>
        {
            checks++;
            throw new TimeoutException();
        }));

        Assert.Equal(3, checks);
    }
}
