using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Rill.CommandLine.Tests.Servers;

/// <summary>Rill itself with a scripted model, under LocalHost on a free port; one for all classes of its collection.</summary>
public sealed class ScriptedServer : IAsyncLifetime
{
    private const string AddressLine = "Listening on ";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(240);

    private readonly StringBuilder _said = new();
    private Func<Task> _end = () => Task.CompletedTask;

    /// <summary>Its address.</summary>
    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = new ProcessStartInfo("dotnet", [Find("LocalHost"), "--script-root", Find("ScriptedApp"), "--port", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Scripted__StepMilliseconds"] = "2" },
        };
        var process = Process.Start(start)!;
        _end = process.KillTreeAsync;
        process.OutputDataReceived += (_, line) => Hear(line.Data, address);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, address);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            Url = await address.Task.WaitAsync(s_patience);
            await WaitUntilReadyAsync();
        }
        catch (TimeoutException)
        {
            await _end();
            throw new TimeoutException($"The server did not start within {s_patience}. It said:\n{_said}");
        }
    }

    public Task DisposeAsync() => _end();

    private async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        using var client = new HttpClient();
        while (!(await client.GetAsync(new Uri($"{Url}health/ready"), limit.Token)).IsSuccessStatusCode)
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private void Hear(string? line, TaskCompletionSource<string> address)
    {
        lock (_said)
        {
            _said.Append(line).Append('\n');
        }

        if (line?.StartsWith(AddressLine, StringComparison.Ordinal) == true)
        {
            address.TrySetResult(line[AddressLine.Length..]);
        }
    }

    private static string Find(string key) => Path.GetFullPath(typeof(ScriptedServer).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!);
}

#pragma warning disable CA1711 // xunit's own word for what this is
[CollectionDefinition(nameof(ScriptedServer))]
public sealed class ScriptedServerCollection : ICollectionFixture<ScriptedServer>;
