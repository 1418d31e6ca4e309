using System.Collections.Concurrent;

namespace Rill.WorkerTestApp;

/// <summary>What functions saw that they can no longer tell their own client.</summary>
public sealed class Observations
{
    /// <summary>Facts by the name that the client chose.</summary>
    public ConcurrentDictionary<string, string> ByName { get; } = new();
}
