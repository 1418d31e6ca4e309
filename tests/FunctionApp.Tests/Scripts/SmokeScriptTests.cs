using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>scripts/smoke.sh against the running app: it passes where all is well, and sees each thing that may be wrong.</summary>
public sealed class SmokeScriptTests : IClassFixture<SmokedServer>
{
    private const string Key = SmokedServer.Key;

    private readonly RillServer _server;

    public SmokeScriptTests(SmokedServer profile)
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        _server = profile.Server;
    }

    [SkippableFact]
    public Task Smoke_OfAHealthyEndpoint_PassesEveryCheck() => Eventually.SucceedsAsync(async () =>
    {
        var (exitCode, output) = await SmokeAsync(Key, "!endless", "--long-seconds", "2");

        Assert.True(exitCode == 0, output);
        string[] checks = ["live", "no key, no answer", "cold", "warm", "unbuffered", "long"];
        Assert.All(checks, check => Assert.Contains("ok   " + check, output, StringComparison.Ordinal));
        Assert.DoesNotContain(Key, output, StringComparison.Ordinal);
    });

    [SkippableTheory]
    [InlineData("the request ended with 401", "wrong-key", "!endless")]
    [InlineData("the request ended with 401", "", "!endless")]
    [InlineData("the stream failed", Key, "!fault after=3")]
    [InlineData("no text arrived", Key, "!text ")]
    [InlineData("a pause of", Key, "!endless", "--gap-seconds", "0")]
    [InlineData("more than 0 s", Key, "!prefill ms=300", "--warm-seconds", "0")]
    public async Task Smoke_OfWhatIsWrong_FailsAndSaysWhat(string message, string key, string prompt, params string[] options)
    {
        var (exitCode, output) = await SmokeAsync(key, prompt, options.Length > 0 ? options : ["--long-seconds", "0"]);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Smoke_ThroughAProxyThatBuffers_FailsAndSaysSo()
    {
        await using var proxy = new BufferingProxy(_server.BaseUri);

        var (exitCode, output) = await SmokeAsync(Key, "!endless", "--long-seconds", "0", "--url", proxy.Address.ToString());

        Assert.Equal(1, exitCode);
        Assert.Contains("something on the way buffers", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> SmokeAsync(string key, string prompt, params string[] options) =>
        SmokeScript.RunAsync(_server.BaseUri, key, ["--prompt", prompt, .. options]);
}

/// <summary>A server with a key, whose streams take their time.</summary>
public sealed class SmokedServer() : ServerProfile(BuiltPrograms.ScriptedApp, ("Rill__ApiKeys__0", Key), ("Scripted__StepMilliseconds", "20"))
{
    public const string Key = "smoke-key";
}
