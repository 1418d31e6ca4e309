using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Rill.Bench.Servers;

/// <summary>A server in a process of its own on a free port, started by <c>dotnet</c> and ended by SIGTERM.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int SigTerm = 15;
    private const int LinesKept = 30;
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan _pollPause = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly Queue<string> _output = new();

    /// <summary>Starts it; what it prints is kept for the case that it fails.</summary>
    /// <param name="assembly">Path of the .dll.</param>
    /// <param name="arguments">Arguments, given the port.</param>
    /// <param name="environment">Variables that are added.</param>
    public ServerProcess(string assembly, Func<int, IEnumerable<string>> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (!File.Exists(assembly))
        {
            throw new FileNotFoundException($"{assembly} does not exist: start the benchmark with bench/run, which builds it.");
        }

        Address = new IPEndPoint(IPAddress.Loopback, FreePort());
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments(Address.Port)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        StartedAt = Stopwatch.GetTimestamp();
        _process = Process.Start(start) ?? throw new InvalidOperationException("dotnet cannot be started.");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens, once it does.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Just before the process was started, in ticks of the stopwatch.</summary>
    public long StartedAt { get; }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>Waits for the first 200 of a path.</summary>
    /// <returns>The time since the start of the process.</returns>
    /// <exception cref="InvalidOperationException">The process ended, or is not ready within two minutes.</exception>
    public async Task<TimeSpan> WaitForAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{Address}"), Timeout = TimeSpan.FromSeconds(5) };
        while (!_process.HasExited && Stopwatch.GetElapsedTime(StartedAt) < TimeSpan.FromMinutes(2))
        {
            try
            {
                using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return Stopwatch.GetElapsedTime(StartedAt);
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                // Nobody listens yet.
            }

            await Task.Delay(_pollPause);
        }

        lock (_output)
        {
            throw new InvalidOperationException($"The server did not get ready:\n{string.Join('\n', _output)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.EndWithin(!_process.HasExited && SendSignal(_process.Id, SigTerm) == 0 ? _endLimit : TimeSpan.Zero);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > LinesKept)
            {
                _output.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
