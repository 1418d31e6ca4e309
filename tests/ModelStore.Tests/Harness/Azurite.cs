using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Azure.Storage.Blobs;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>
/// Azurite's blob service on a port that the system gives it, from npm, installed once beside its lock file; what it has for telemetry and for
/// databases, seven files in eight, is left out there (<c>overrides</c>), since it is not used. Where Node is absent its tests are skipped,
/// except in continuous integration.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Listens = "Azurite Blob service successfully listens on ";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);
    private static readonly string _folder = typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Azurite").Value!;

    private Process? _process;
    private string? _obstacle;

    public int Port { get; private set; }

    /// <summary>A connection string; skips the test where Azurite cannot run.</summary>
    public string Connect(int? port = null, string key = Key)
    {
        if (_obstacle is not null)
        {
            Skip.If(Environment.GetEnvironmentVariable("CI") != "true", _obstacle);
            Assert.Fail(_obstacle);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={key};BlobEndpoint=http://127.0.0.1:{port ?? Port}/devstoreaccount1");
    }

    /// <summary>A client for what tests do behind the store's back.</summary>
    public BlobContainerClient Container(string name) => new BlobServiceClient(Connect()).GetBlobContainerClient(name);

    public async Task InitializeAsync()
    {
        try
        {
            _obstacle = await InstallAsync();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            _obstacle = "Node is not on the PATH, and Azurite needs it.";
        }

        if (_obstacle is null)
        {
            await StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillTreeAsync();
            _process.Dispose();
        }
    }

    private static async Task<string?> InstallAsync()
    {
        // npm writes the inner file last; a newer lock file in the source asks for another installation.
        var installed = File.GetLastWriteTimeUtc(Path.Combine(_folder, "node_modules/.package-lock.json"));
        if (installed > File.GetLastWriteTimeUtc(Path.Combine(_folder, "package-lock.json")))
        {
            return (await RunAsync("node", "--version")).ExitCode == 0 ? null : "Node does not run.";
        }

        var (exitCode, output, error) = await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--fetch-retries=5");
        return exitCode == 0 ? null : $"npm ci failed: {output}{error}";
    }

    /// <summary>The blob client speaks a newer version of the protocol than Azurite knows, so the check is off.</summary>
    private async Task StartAsync()
    {
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(new ProcessStartInfo("node",
        [
            "node_modules/azurite/dist/src/blob/main.js", "--silent", "--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence",
            "--blobHost", "127.0.0.1", "--blobPort", "0",
        ])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
        })!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                port.TrySetException(new InvalidOperationException("Azurite has ended before it listened."));
            }
            else if (line.Data.StartsWith(Listens, StringComparison.Ordinal))
            {
                port.TrySetResult(new Uri(line.Data[Listens.Length..]).Port);
            }
        };
        _process.BeginOutputReadLine();
        Port = await port.Task.WaitAsync(_patience);
    }

    private static Task<ProcessResult> RunAsync(string program, params string[] args) =>
        ProcessBounds.RunAsync(new ProcessStartInfo(program, args) { WorkingDirectory = _folder }, TimeSpan.FromMinutes(5));
}

/// <summary>One Azurite for all tests that need it.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteTests : ICollectionFixture<Azurite>
{
    public const string Name = "Azurite";
}
