using System.Net;
using System.Net.Sockets;

namespace Rill.CommandLine.Tests;

/// <summary><c>./run</c> until it starts the host, with a compiler of the tests' own: what it builds, and what it says meanwhile.</summary>
public sealed class RunScriptTests : IDisposable
{
    private const string Unused = "9";
    private readonly Checkout _checkout = new();

    public RunScriptTests() => Skip.If(OperatingSystem.IsWindows(), "./run is a bash script.");

    public void Dispose() => _checkout.Dispose();

    [SkippableFact]
    public async Task Run_InAFreshClone_SaysItsPhasesWithTheirTimesAndServes()
    {
        var result = await RunAsync();

        Assert.Equal($"served --port {Unused}\n", result.Text);
        Assert.Matches(
            """
            ^Packages: fetching about 250 MB, of which libtorch is 128 \.\.\.
            Packages: \d+ s
            Compiling \.\.\.
            Compiling: \d+ s
            $
            """.ReplaceLineEndings("\n"),
            result.Error);
    }

    [SkippableFact]
    public async Task Run_WithNothingChanged_SaysAndBuildsNothing()
    {
        await RunAsync();

        var result = await RunAsync();

        Assert.Equal(($"served --port {Unused}\n", ""), (result.Text, result.Error));
        Assert.Equal(["restore", "build serving.slnf"], _checkout.Builds);
    }

    [SkippableTheory]
    [InlineData("FunctionApp/Page/src/main.ts", 2)]
    [InlineData("FunctionApp/Page/node_modules/some/index.js", 1)]
    [InlineData("FunctionApp/Page/dist/index.html", 1)]
    public async Task Run_AfterAFileWasWritten_BuildsAgainForSources(string file, int builds)
    {
        await RunAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(_checkout.File(file))!);
        await File.WriteAllTextAsync(_checkout.File(file), "");

        await RunAsync();

        Assert.Equal(builds, _checkout.Builds.Count(line => line.StartsWith("build ", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task Rill_AfterRun_NeedsNoBuild()
    {
        await RunAsync();

        var result = await _checkout.RunAsync("rill", ["x"]);

        Assert.Equal(("first x\n", ""), (result.Text, result.Error));
        Assert.Equal(["restore", "build serving.slnf"], _checkout.Builds);
    }

    [SkippableFact]
    public async Task Run_InATerminal_ShowsOneLiveLine()
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "There is no script (util-linux) to make a terminal with.");
        await File.WriteAllTextAsync(_checkout.File("in-terminal"), $"exec script -qec \"'{_checkout.File("run")}' --port {Unused}\" /dev/null\n");

        var result = await _checkout.RunAsync("in-terminal", []);

        Assert.Contains("\r\u001b[KCompiling ... 0 s", result.Text, StringComparison.Ordinal);
        var shown = result.Lines.Select(line => line[(line.LastIndexOf("\u001b[K", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..].TrimEnd('\r'));
        Assert.Matches($@"^Packages: \d+ s\|Compiling: \d+ s\|served --port {Unused}$", string.Join('|', shown));
    }

    [SkippableFact]
    public async Task Run_OnATakenPort_SaysSoBeforeItBuilds()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await _checkout.RunAsync("run", ["--port", $"{port}"]);

        Assert.Equal((1, $"Port {port} is in use; choose another one with --port.\n"), (result.ExitCode, result.Error));
        Assert.Empty(_checkout.Builds);
    }

    [SkippableFact]
    public async Task Run_WithAFullDisk_SaysWhereAndHowMuchItNeeds()
    {
        _checkout.WriteProgram("df", "#!/bin/bash\necho \"Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 9 9 716800 9% /\"\n");

        var result = await RunAsync();

        var place = Path.GetDirectoryName(_checkout.File("packages"));
        Assert.Equal(
            (1, $"{place} has 700 MB left, and the first build needs 1,500: free some, or set NUGET_PACKAGES to a folder on another disk.\n"),
            (result.ExitCode, result.Error));
        Assert.Empty(_checkout.Builds);
    }

    [SkippableTheory]
    [InlineData("exit 1", "Rill needs the .NET 10 SDK, and dotnet finds none here: https://dot.net")]
    [InlineData(
        "[ $1 != restore ] || { echo '/x/Core.csproj : error NU1301: Unable to load the service index for source https://feed. [/x/run.slnf]'; exit 1; }",
        "The packages cannot be fetched: Unable to load the service index for source https://feed.")]
    [InlineData("[ $1 != build ] || { echo 'a.cs(1,2): error CS1002: ; expected [/x/Core.csproj]'; exit 1; }", "The build failed.")]
    public async Task Run_ThatCannotBuild_EndsWithASentenceAndServesNothing(string fakeDotnet, string sentence)
    {
        var result = await _checkout.RunAsync("run", ["--port", Unused], fakeDotnet);

        Assert.Equal((1, ""), (result.ExitCode, result.Text));
        Assert.Equal(sentence, result.Error.TrimEnd('\n').Split('\n')[^1].TrimEnd());
    }

    [SkippableFact]
    public async Task Run_WithAWrongSource_ShowsTheCompilersErrorOnce()
    {
        const string Error = "a.cs(1,2): error CS1002: ; expected [/x/Core.csproj]";

        var result = await _checkout.RunAsync("run", ["--port", Unused], $"[ $1 != build ] || {{ printf '%s\\n' noise '{Error}' '{Error}'; exit 1; }}");

        Assert.EndsWith($"Compiling ...\n{Error}\nThe build failed.\n", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Run_WithoutAPage_SaysWhy()
    {
        const string Why = "The web page was not built; the app goes without it. Node is not on the PATH.";

        var result = await _checkout.RunAsync("run", ["--port", Unused], $"[ $1 != build ] || echo '  {Why}'");

        Assert.EndsWith($"\n{Why}\n", result.Error, StringComparison.Ordinal);
    }

    private Task<RillResult> RunAsync() => _checkout.RunAsync("run", ["--port", Unused]);
}
