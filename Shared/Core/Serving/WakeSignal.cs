namespace Rill.Serving;

/// <summary>Lets one thread sleep until there may be work. A signal given while it is awake is kept for its next wait.</summary>
internal sealed class WakeSignal
{
    private readonly object _gate = new();
    private bool _set;

    public void Set()
    {
        lock (_gate)
        {
            _set = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Wait()
    {
        lock (_gate)
        {
            while (!_set)
            {
                Monitor.Wait(_gate);
            }

            _set = false;
        }
    }
}
