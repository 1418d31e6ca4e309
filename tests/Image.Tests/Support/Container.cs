using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Image.Tests.Support;

/// <summary>
/// A running image: its entry point as its user, in its root, as the first process of namespaces of its own for processes, mounts and the
/// network. Disposing it ends whatever runs in it.
/// </summary>
internal sealed partial class Container : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string AppInPlace = "/scripted-app";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lazy<int> _first;

    public Container(string root, ImageSettings settings, ContainerOptions options)
    {
        Root = root;
        var start = new ProcessStartInfo("unshare", ["--mount", "--pid", "--net", "--fork", "--kill-child", "bash", "-c", Script(root, settings, options)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _first = new(FindFirst);
        var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(NetworkNamespace.Connect(_first.Value, settings.Port)) };
        Client = new HttpClient(handler) { BaseAddress = new Uri($"http://localhost:{settings.Port}/"), Timeout = _patience };
    }

    /// <summary>Its folder of files.</summary>
    public string Root { get; }

    /// <summary>Speaks with the port that the image exposes.</summary>
    public HttpClient Client { get; }

    /// <summary>What was printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Waits until the model is ready.</summary>
    public async Task WaitUntilReadyAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < _patience && !_process.HasExited; await Task.Delay(50))
        {
            try
            {
                using var response = await Client.GetAsync(new Uri("health/ready", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
            }
        }

        throw new TimeoutException($"Not ready within {_patience}, or ended before:\n{Output}");
    }

    /// <summary>Sends SIGTERM to the first process, as a platform does that wants a container to end.</summary>
    public void Terminate() => Assert.Equal(0, Kill(_first.Value, SigTerm));

    /// <summary>Waits for the end of the first process, and with it of all; the result is its exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        await _process.EndsAsync(limit, () => Output);
        return _process.ExitCode;
    }

    /// <summary>The users of the processes in the container whose command line contains <paramref name="command"/>: real, effective, saved, and for files.</summary>
    public IEnumerable<string> UsersOf(string command) =>
        Having(command).Select(id => File.ReadLines($"/proc/{id}/status").Single(text => text.StartsWith("Uid:", StringComparison.Ordinal)));

    /// <summary>The environments of these processes.</summary>
    public IEnumerable<string[]> EnvironmentsOf(string command) => Having(command).Select(id => File.ReadAllText($"/proc/{id}/environ").Split('\0'));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.KillTreeAsync();
        _process.Dispose();
    }

    // The kernel's folders and the machine's /usr, then the image's user, environment and entry point.
    private static string Script(string root, ImageSettings settings, ContainerOptions options)
    {
        var environment = new Dictionary<string, string>(settings.Environment);
        foreach (var (name, value) in options.Environment)
        {
            environment[name] = value;
        }

        if (options.IsScripted)
        {
            environment["AzureWebJobsScriptRoot"] = AppInPlace;
        }

        var script = new StringBuilder("set -e\n");
        foreach (var (from, to) in Mounts(options))
        {
            script.AppendLine(CultureInfo.InvariantCulture, $"mkdir -p {root}{to}; mount --rbind {from} {root}{to}");
        }

        script.AppendLine(CultureInfo.InvariantCulture, $"mount -t proc proc {root}/proc; ip link set lo up");
        script.Append(CultureInfo.InvariantCulture, $"exec chroot --userspec={settings.User}:{settings.User} --groups= {root} /usr/bin/env -i");
        foreach (var word in environment.Select(variable => $"{variable.Key}={variable.Value}").Concat(options.EntryPoint ?? settings.EntryPoint))
        {
            script.Append(CultureInfo.InvariantCulture, $" '{word}'");
        }

        return script.ToString();
    }

    private static IEnumerable<(string From, string To)> Mounts(ContainerOptions options)
    {
        yield return ("/usr", "/usr");
        yield return ("/dev", "/dev");
        yield return (Places.LocalHost, BaseImages.LocalHost);
        if (!Places.DotNet.StartsWith("/usr/", StringComparison.Ordinal))
        {
            yield return (Places.DotNet, Places.DotNet);
        }

        if (options.IsScripted)
        {
            yield return (Places.ScriptedApp, AppInPlace);
        }
    }

    // unshare's only child.
    private int FindFirst()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < _patience && !_process.HasExited; Thread.Sleep(10))
        {
            if (Children(_process.Id).FirstOrDefault() is var child and > 0)
            {
                return child;
            }
        }

        throw new InvalidOperationException("The container has not begun:\n" + Output);
    }

    private IEnumerable<int> Having(string command) =>
        Descendants(_process.Id).Where(id => TextOf($"/proc/{id}/cmdline").Contains(command, StringComparison.Ordinal));

    private static IEnumerable<int> Descendants(int id) => Children(id).SelectMany(child => Descendants(child).Prepend(child));

    private static IEnumerable<int> Children(int id) =>
        ThreadsOf(id)
            .SelectMany(thread => TextOf(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture));

    // Processes and threads may end while they are looked at.
    private static string[] ThreadsOf(int id)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{id}/task");
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Add(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
