using System.Net;

namespace Rill.Bench.Parts;

/// <summary>One of the servers that are compared.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="Address">Where the load client connects.</param>
/// <param name="Request">A request that streams for longer than any measurement.</param>
/// <param name="WorkerId">The process whose CPU time and memory are its cost.</param>
/// <param name="ProxyId">The process between client and worker; null for none.</param>
internal sealed record Subject(string Name, IPEndPoint Address, byte[] Request, int WorkerId, int? ProxyId)
{
    /// <summary>True when this subject's streams run through the process.</summary>
    public bool Uses(int processId) => processId == WorkerId || processId == ProxyId;
}
