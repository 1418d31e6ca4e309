using System.Diagnostics;
using System.Text;

namespace Rill.CommandLine.Tests.Servers;

/// <summary>A program at a real terminal, which util-linux's <c>script</c> makes: what is typed goes through it, Ctrl+C too.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    public const string CtrlC = "\x03";
    public const string CtrlD = "\x04";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(180);

    private readonly Process _process;
    private readonly StringBuilder _shown = new();
    private readonly Task _reading;
    private int _read;

    private PseudoTerminal(Process process)
    {
        _process = process;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Everything that was shown so far.</summary>
    public string Shown
    {
        get
        {
            lock (_shown)
            {
                return _shown.ToString();
            }
        }
    }

    /// <summary>Skips the test where there is no such program.</summary>
    public static void SkipUnlessThere() => Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no script of util-linux.");

    /// <summary>Starts the built <c>rill</c> at a terminal.</summary>
    public static PseudoTerminal StartRill(params string[] arguments) =>
        Start($"dotnet '{RillProcess.Assembly}' {string.Join(' ', arguments.Select(argument => $"'{argument}'"))}");

    /// <summary>Starts a program at a terminal of 30 rows and 100 columns. It takes the shell's place: a shell that stayed would get Ctrl+C too, and dash ends by it.</summary>
    public static PseudoTerminal Start(string command, string? path = null)
    {
        var variables = new Dictionary<string, string> { ["TERM"] = "xterm-256color", ["LC_ALL"] = "C.UTF-8", ["SHELL"] = "/bin/sh" };
        if (path is not null)
        {
            variables["PATH"] = path;
        }

        return new PseudoTerminal(RillProcess.Start("script", ["-qec", $"stty rows 30 cols 100; exec {command}", "/dev/null"], variables));
    }

    /// <summary>Types.</summary>
    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until a text is shown, after those that were waited for before.</summary>
    /// <returns>What was shown up to its end.</returns>
    /// <exception cref="TimeoutException">It is not; the message holds what is.</exception>
    public Task<string> SeeAsync(string text) => SeeAsync(text, s_patience);

    /// <summary>As above, within a time.</summary>
    public async Task<string> SeeAsync(string text, TimeSpan patience)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < patience; await Task.Delay(20))
        {
            lock (_shown)
            {
                var shown = _shown.ToString(_read, _shown.Length - _read);
                if (shown.IndexOf(text, StringComparison.Ordinal) is >= 0 and var at)
                {
                    _read += at + text.Length;
                    return shown[..(at + text.Length)];
                }
            }
        }

        throw new TimeoutException($"'{text}' was not shown within {patience.TotalSeconds:0} s, but:\n{Shown}");
    }

    /// <summary>The program's exit code, when it has ended.</summary>
    public async Task<int> EndAsync()
    {
        await _process.EndsAsync(s_patience, () => Shown, _reading);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.KillTreeAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_shown)
            {
                _shown.Append(buffer, 0, count);
            }
        }
    }
}
