namespace Rill.Text.Grammar;

/// <summary>
/// A lock that those who need it for long, again and again, leave to those who need it for a moment: a step of the engine does not wait for a
/// mask that another thread makes.
/// </summary>
internal sealed class CourteousLock
{
    private readonly Lock _lock = new();
    private int _waiting;

    /// <summary>Enters for a moment, before all who enter for long.</summary>
    public Lock.Scope Enter()
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return _lock.EnterScope();
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Enters for a part of something long, when nobody waits for a moment.</summary>
    public Lock.Scope EnterForLong()
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _waiting) > 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        return _lock.EnterScope();
    }
}
