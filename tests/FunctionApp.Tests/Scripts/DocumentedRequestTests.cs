using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>The request of docs/deploy.md, as it stands there, against the running app; az tells its address and key.</summary>
public sealed class DocumentedRequestTests : IAsyncLifetime
{
    private const string Key = "the-vaults-key";
    private readonly string _programs = Directory.CreateTempSubdirectory("rill-request-").FullName;
    private RillServer _server = null!;

    public DocumentedRequestTests() => Skip.If(OperatingSystem.IsWindows(), "The commands are for bash.");

    public async Task InitializeAsync() => _server = await RillServer.StartScriptedAsync(new() { ["Rill__ApiKeys__0"] = Key });

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_programs, recursive: true);
    }

    [SkippableFact]
    public async Task Request_OfTheGuide_StreamsToItsEnd()
    {
        var guide = await File.ReadAllTextAsync(Path.Combine(BuiltPrograms.Root, "docs", "deploy.md"));
        var lines = guide.Split("<!-- walk: ask -->\n```sh\n")[1].Split("```")[0];
        var az = Path.Combine(_programs, "az");
        await File.WriteAllTextAsync(az, $"""
            #!/usr/bin/env bash
            case "$*" in
              *'deployment sub show'*) printf 'azurE_KEY_VAULT_NAME\tservicE_API_URI\nkv\t{_server.BaseUri.ToString().TrimEnd('/')}\n' ;;
              *'secret show'*) echo {Key} ;;
              *) echo a-subscription ;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo("bash") { ArgumentList = { "-euo", "pipefail", "-c", lines }, WorkingDirectory = BuiltPrograms.Root };
        start.Environment["PATH"] = _programs + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        var run = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("data: {\"object\":\"chat.completion.chunk\"", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]", run.Output.TrimEnd(), StringComparison.Ordinal);
    }
}
