using Rill.CommandLine.Tests.Servers;

namespace Rill.CommandLine.Tests;

/// <summary>What the commands for a server say of one that does not answer.</summary>
public sealed class SilentServerTests
{
    [SkippableFact]
    public async Task Command_OfAServerThatConnectsNobody_SaysThatItCannotBeReached()
    {
        using var server = await SilentServer.StartFullAsync();

        var results = await Task.WhenAll(
            RillProcess.RunAsync("hi", "chat", "--url", server.Url),
            RillProcess.RunAsync("hi", "chat", "--url", server.Url, "--model", "m"),
            RillProcess.RunAsync("", "bench", "--url", server.Url),
            RillProcess.RunAsync("", "top", "--url", server.Url, "--once", "--interval", "60"));

        Assert.All(results, result => Assert.Equal(
            (1, "", $"rill: {server.Url}/v1 cannot be reached: no connection within 10 s.\n"), (result.ExitCode, result.Text, result.Error)));
    }

    [Theory]
    [InlineData("1 s", "bench", "--timeout", "1")]
    [InlineData("1 s", "bench", "--timeout", "1", "--model", "m")]
    [InlineData("5 s", "top", "--once")]
    public async Task Command_OfAServerThatSaysNothing_EndsInItsTime(string limit, params string[] command)
    {
        using var server = SilentServer.Start();

        var result = await RillProcess.RunAsync("", [.. command, "--url", server.Url]);

        Assert.Equal((1, "", $"rill: {server.Url}/v1 gave no answer within {limit}.\n"), (result.ExitCode, result.Text, result.Error));
    }
}
