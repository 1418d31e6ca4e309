using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>A constraint's work that takes a number of parts, and no end before a test allows it.</summary>
/// <param name="parts">Parts, each of some microseconds.</param>
/// <param name="gate">Set when it may end; null for at once.</param>
/// <param name="fault">Thrown at the end; null for none.</param>
internal sealed class SlowPreparation(int parts = 1, ManualResetEventSlim? gate = null, Exception? fault = null) : IPreparation
{
    private int _left = parts;

    public bool Continue()
    {
        Thread.SpinWait(100);
        if (Interlocked.Decrement(ref _left) > 0 || gate is { IsSet: false })
        {
            return false;
        }

        return fault is null ? true : throw fault;
    }
}
