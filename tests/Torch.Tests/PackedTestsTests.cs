using System.Diagnostics;

namespace Rill.Torch.Tests;

/// <summary>The runner for machines without a test host, in a process of its own: xunit does not run within itself.</summary>
public sealed class PackedTestsTests
{
    private const string Fails = "RILL_TEST_THAT_FAILS";

    [Fact]
    public async Task Run_TestsOfAName_CountsThem()
    {
        var child = await RunAsync("NativeTorchTests.TryApply_SomethingElse", "this name is no test's");

        Assert.Equal(new ProcessResult(0, "2 passed, 0 failed, 0 skipped\n", ""), child);
    }

    [Fact]
    public async Task Run_NothingOfTheName_Fails()
    {
        var child = await RunAsync("this name is no test's");

        Assert.Equal(new ProcessResult(1, "0 passed, 0 failed, 0 skipped\n", ""), child);
    }

    [Fact]
    public async Task Run_TestThatFails_NamesItAndFails()
    {
        var child = await RunAsync(nameof(Run_InAChildThatIsToldSo_FailsOrIsSkipped));

        Assert.Equal(1, child.ExitCode);
        Assert.Contains($"FAILED {typeof(PackedTestsTests).FullName}.{nameof(Run_InAChildThatIsToldSo_FailsOrIsSkipped)}(how: \"fail\"): ", child.Output, StringComparison.Ordinal);
        Assert.Contains($"skipped {typeof(PackedTestsTests).FullName}.{nameof(Run_InAChildThatIsToldSo_FailsOrIsSkipped)}(how: \"skip\"): as told", child.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n1 passed, 1 failed, 1 skipped\n", child.Output, StringComparison.Ordinal);
    }

    /// <summary>Passes, but in the test above's child.</summary>
    [SkippableTheory]
    [InlineData("pass")]
    [InlineData("fail")]
    [InlineData("skip")]
    public void Run_InAChildThatIsToldSo_FailsOrIsSkipped(string how)
    {
        var told = Environment.GetEnvironmentVariable(Fails) is not null;
        Skip.If(told && how == "skip", "as told");

        Assert.False(told && how == "fail");
    }

    private static Task<ProcessResult> RunAsync(params string[] words)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(PackedTestsTests).Assembly.Location, "tests", .. words]);
        start.Environment[Fails] = "1";
        return ProcessBounds.RunAsync(start, ProcessBounds.Patience);
    }
}
