namespace Rill.FunctionApp.Hosting;

/// <summary>Sentences of a runner for the log. The runner is loaded before there is a log, so they wait until somebody reads them. Thread-safe.</summary>
internal sealed class RunnerNotes
{
    private readonly Lock _lock = new();
    private readonly List<string> _waiting = [];
    private Action<string>? _reader;

    /// <summary>Passes a sentence on, or keeps it.</summary>
    public void Add(string note)
    {
        lock (_lock)
        {
            if (_reader is null)
            {
                _waiting.Add(note);
                return;
            }
        }

        _reader(note);
    }

    /// <summary>Gets what has come so far, and from now on every sentence as it comes.</summary>
    public void ReadBy(Action<string> reader)
    {
        List<string> waiting;
        lock (_lock)
        {
            _reader = reader;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        waiting.ForEach(reader);
    }
}
