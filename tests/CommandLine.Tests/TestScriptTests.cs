using System.Diagnostics;

namespace Rill.CommandLine.Tests;

/// <summary>How <c>./test</c> counts, with a <c>dotnet</c> of the tests' own: what hangs, or dies, must not pass for nothing.</summary>
public sealed class TestScriptTests : IDisposable
{
    private const string Dotnet = """
        #!/bin/bash
        [ "$1" = test ] || exit 0
        while [ $# -gt 0 ]; do [ "$1" = --results-directory ] && results=$2; shift; done
        mkdir -p "$results/attachment"
        source "$PLAN"
        """;

    private const string Counters = """<Counters total="5" executed="4" passed="3" failed="1" />""";

    private readonly TemporaryDirectory _checkout = new();

    public TestScriptTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "./test is a bash script.");
        Directory.CreateDirectory(_checkout.File("tests/One.Tests"));
        Directory.CreateDirectory(_checkout.File("path"));
        File.Copy(Path.Combine(Vectors.RepositoryRoot(), "test"), _checkout.File("test"));
        RillProcess.WriteScript(_checkout.File("path/dotnet"), Dotnet);
    }

    public void Dispose() => _checkout.Dispose();

    [SkippableTheory]
    [InlineData("3 passed, 1 failed, 1 skipped", 1, $"echo '{Counters}' >\"$results/results.trx\"; exit 1")]
    [InlineData("4 passed, 0 failed, 0 skipped", 0, "echo '<Counters total=\"4\" executed=\"4\" passed=\"4\" />' >\"$results/results.trx\"")]
    [InlineData("0 passed, 1 failed, 0 skipped", 1, "exit 134")]
    [InlineData("0 passed, 0 failed, 0 skipped", 1, "exit 0")]
    public async Task Test_OfAProject_CountsItsResults(string summary, int exitCode, string plan)
    {
        var result = await RunAsync(plan);

        Assert.Equal((summary, exitCode), (result.Lines[^1], result.ExitCode));
    }

    [SkippableFact]
    public async Task Test_ThatHung_IsNamedAndCounted()
    {
        var result = await RunAsync(
            $"""
            echo '{Counters}' >"$results/results.trx"
            echo '<Test Name="a" DisplayName="Done" Completed="True" />' >"$results/attachment/Sequence_1.xml"
            echo '<Test Name="b" DisplayName="Hangs(x: 1)" Source="s" Completed="False" />' >>"$results/attachment/Sequence_1.xml"
            exit 1
            """);

        Assert.Contains("Hung in One.Tests, or running when its test host died:\n  Hangs(x: 1)\n", result.Text, StringComparison.Ordinal);
        Assert.Equal("3 passed, 2 failed, 1 skipped", result.Lines[^1]);
    }

    [SkippableFact]
    public async Task Test_ThatLeavesAProcessBehind_EndsIt()
    {
        var result = await RunAsync("(trap '' TERM; sleep 1000) >/dev/null 2>&1 & echo $! >\"$PLAN.id\"; exit 1");

        var id = (await File.ReadAllTextAsync(_checkout.File("plan.id"))).Trim();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", await StateAsync(id));
    }

    /// <summary>Of what stopped runs have left, only the tests' own folders, and only when no run can use them any more.</summary>
    [SkippableFact]
    public async Task Test_AtItsStart_RemovesOldFoldersOfTests()
    {
        var (old, young) = (DateTime.UtcNow.AddDays(-3), DateTime.UtcNow.AddHours(-20));
        (string Name, DateTime Written)[] folders =
            [("rill-tiny-abcDE1", old), ("rill-tiny-abcDE2", young), ("rill-bench-models", old), ("other-tiny-abcDE3", old), ("rill-own", old)];
        foreach (var (name, written) in folders)
        {
            var folder = Directory.CreateDirectory(_checkout.File("tmp/" + name));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "");
            folder.LastWriteTimeUtc = written;
        }

        await RunAsync("exit 0");

        Assert.Equal(
            ["other-tiny-abcDE3", "rill-bench-models", "rill-own", "rill-tiny-abcDE2"],
            Directory.GetDirectories(_checkout.File("tmp")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>Each of the two waits until both have begun; FunctionApp.Tests wants both to be over.</summary>
    [SkippableFact]
    public async Task Test_OfSeveralProjects_TestsTwoAtATimeAndTheTimedOnesAlone()
    {
        Directory.CreateDirectory(_checkout.File("tests/FunctionApp.Tests"));
        Directory.CreateDirectory(_checkout.File("tests/Two.Tests"));

        var result = await RunAsync(
            $$"""
            echo '{{Counters}}' >"$results/results.trx"
            cd "${PLAN%/*}"
            case $results in
                */FunctionApp.Tests) [ "$(wc -l <over)" -eq 2 ] || exit 3; exit ;;
            esac
            echo >>begun
            for attempt in {1..600}; do [ "$(wc -l <begun)" -lt 2 ] || break; sleep 0.1; done
            [ "$(wc -l <begun)" -eq 2 ] || exit 3
            for line in 1 2 3; do echo "${results##*/} says $line"; sleep 0.05; done
            echo >>over
            """);

        Assert.Contains("Two.Tests says 1\nTwo.Tests says 2\nTwo.Tests says 3\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("One.Tests says 1\nOne.Tests says 2\nOne.Tests says 3\n", result.Text, StringComparison.Ordinal);
        Assert.Matches(@"Seconds:\n(  \d+ s  (One\.Tests|Two\.Tests|FunctionApp\.Tests|the build)\n){4}", result.Text);
        Assert.DoesNotContain("without results", result.Text, StringComparison.Ordinal);
        Assert.Equal("9 passed, 3 failed, 3 skipped", result.Lines[^1]);
    }

    [SkippableFact]
    public async Task Test_Stopped_EndsEveryProjectThatRuns()
    {
        Directory.CreateDirectory(_checkout.File("tests/Two.Tests"));
        Directory.CreateDirectory(_checkout.File("tests/Three.Tests"));
        using var process = await StartAsync("echo $$ >>\"$PLAN.ids\"; exec sleep 1000");
        string[] Ids() => File.Exists(_checkout.File("plan.ids")) ? File.ReadAllLines(_checkout.File("plan.ids")) : [];
        for (var attempt = 0; Ids().Length < 2 && attempt < 600; attempt++)
        {
            await Task.Delay(100);
        }

        using var kill = RillProcess.Start("kill", ["-TERM", $"{process.Id}"], []);
        var result = await RillProcess.FinishAsync(process, []);

        Assert.Equal(130, result.ExitCode);
        Assert.Equal(2, Ids().Length);
        Assert.All(await Task.WhenAll(Ids().Select(StateAsync)), state => Assert.Equal("", state));
    }

    private async Task<RillResult> RunAsync(string plan)
    {
        using var process = await StartAsync(plan);
        return await RillProcess.FinishAsync(process, []);
    }

    private async Task<Process> StartAsync(string plan)
    {
        Directory.CreateDirectory(_checkout.File("tmp"));
        await File.WriteAllTextAsync(_checkout.File("plan"), plan);
        return RillProcess.Start(
            "bash",
            [_checkout.File("test")],
            [
                KeyValuePair.Create("PLAN", _checkout.File("plan")),
                KeyValuePair.Create("TMPDIR", _checkout.File("tmp")),
                KeyValuePair.Create("PATH", $"{_checkout.File("path")}:{Environment.GetEnvironmentVariable("PATH")}"),
            ]);
    }

    // Empty for a process that is no more, or waits only for its parent to take note.
    private static async Task<string> StateAsync(string id)
    {
        var state = "?";
        for (var attempt = 0; state.Length > 0 && attempt < 200; attempt++, await Task.Delay(50))
        {
            using var process = RillProcess.Start("bash", ["-c", $"ps -o stat= -p {id} | grep -v ^Z"], []);
            state = (await RillProcess.FinishAsync(process, [])).Text;
        }

        return state;
    }
}
