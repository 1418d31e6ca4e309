namespace Rill.CommandLine.Tests;

/// <summary>The script at the root, with a compiler of the tests' own.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly Checkout _checkout = new();

    public ScriptTests() => Skip.If(OperatingSystem.IsWindows(), "./rill is a bash script.");

    public void Dispose() => _checkout.Dispose();

    [SkippableFact]
    public async Task Rill_StartedSeveralTimesAtOnce_BuildsOnceAndRunsEach()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => _checkout.RunAsync("rill", [$"{number}"])));

        Assert.Equal(["first 0\n", "first 1\n", "first 2\n", "first 3\n"], results.Select(result => result.Text));
        Assert.Equal(["restore", "build CommandLine"], _checkout.Builds);
    }

    [SkippableFact]
    public async Task Rill_AfterAChange_BuildsAgainAndKeepsWhatRuns()
    {
        await _checkout.RunAsync("rill", ["a"]);
        var copy = (await File.ReadAllTextAsync(_checkout.File("tools/CommandLine/bin/current"))).Trim();
        _checkout.Change("second");

        var result = await _checkout.RunAsync("rill", ["b"]);

        Assert.Equal("second b\n", result.Text);
        Assert.Equal("first", await File.ReadAllTextAsync(_checkout.File($"tools/CommandLine/bin/{copy}/rill.dll")));
    }

    [SkippableFact]
    public async Task Rill_AtTab_TakesTheBuildThatIsThere_AndMakesNone()
    {
        var before = await _checkout.RunAsync("rill", ["[suggest:5]"]);
        Assert.Equal((0, "", 0), (before.ExitCode, before.Text, _checkout.Builds.Length));

        await _checkout.RunAsync("rill", ["a"]);
        _checkout.Change("second");

        Assert.Equal("first [suggest:5]\n", (await _checkout.RunAsync("rill", ["[suggest:5]"])).Text);
        Assert.Equal("first completion\n", (await _checkout.RunAsync("rill", ["completion", "bash"])).Text);
        Assert.Equal("second b\n", (await _checkout.RunAsync("rill", ["b"])).Text);
    }

    [SkippableFact]
    public async Task Rill_ThroughALink_FindsItsCheckout()
    {
        using var elsewhere = new TemporaryDirectory();
        File.CreateSymbolicLink(elsewhere.File("linked"), _checkout.File("rill"));

        var result = await _checkout.RunAsync(elsewhere.File("linked"), ["x"]);

        Assert.Equal("first x\n", result.Text);
    }
}
