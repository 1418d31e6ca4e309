using System.Runtime.InteropServices;

namespace Rill.Torch.Native;

/// <summary>
/// Lets a process that has loaded native libraries end in order, however its end comes about (the return of Main, Environment.Exit, SIGTERM
/// before anybody listens to it). The libraries' exit handlers take down what a thread that is still loading one, or computing, uses: now
/// and then the process then aborts, or never ends. So the end waits for a load; and if it does not come then, the system makes it.
/// </summary>
internal sealed partial class ExitGuard
{
    private readonly object _busy = new();
    private readonly TimeSpan _limit;

    /// <summary>Guards the process from now on.</summary>
    /// <param name="limit">How long the end waits for <see cref="Run"/>, and then may take; whole seconds.</param>
    public ExitGuard(TimeSpan limit)
    {
        _limit = limit;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => End();
    }

    /// <summary>Runs what the process's end has to wait for. One thread at a time.</summary>
    public T Run<T>(Func<T> work)
    {
        lock (_busy)
        {
            return work();
        }
    }

    private void End()
    {
        Monitor.TryEnter(_busy, _limit);    // and not left again: no load begins from here on
        if (!OperatingSystem.IsWindows())
        {
            _ = SetAlarm((uint)_limit.TotalSeconds);    // SIGALRM, which nobody handles, ends a process that hangs in its exit handlers
        }
    }

    [LibraryImport("libc", EntryPoint = "alarm")]
    private static partial uint SetAlarm(uint seconds);
}
