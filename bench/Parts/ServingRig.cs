using Rill.Bench.Load;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>Rill with the scripted model and its peers, all running, each in processes of its own.</summary>
internal sealed class ServingRig : IDisposable
{
    /// <summary>Tokens of a stream that the measurement hangs up on, long before it is through.</summary>
    private const int Endless = 20_000;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly ServerProcess _rill, _kestrel, _proxy;

    private ServingRig(ServerProcess rill, ServerProcess kestrel, ServerProcess proxy, byte[] chunk)
    {
        (_rill, _kestrel, _proxy) = (rill, kestrel, proxy);
        Chunk = chunk;
        var repeat = Requests.Post("/", chunk);
        Rill = new Subject("Rill: LocalHost + worker", rill.Address, Requests.Chat("Hello.", Endless), ServerFactory.WorkerOf(rill), rill.Id);
        Kestrel = new Subject("bare Kestrel", kestrel.Address, repeat, kestrel.Id, ProxyId: null);
        Proxied = new Subject("bare Kestrel behind bare YARP", proxy.Address, repeat, kestrel.Id, proxy.Id);
    }

    /// <summary>What is measured.</summary>
    public Subject Rill { get; }

    /// <summary>What it is measured against.</summary>
    public Subject Kestrel { get; }

    /// <summary>The peer with one hop more, which is no part of Rill's serving layer either.</summary>
    public Subject Proxied { get; }

    /// <summary>The event that the peers repeat: a content chunk of Rill's.</summary>
    public byte[] Chunk { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Subject> Subjects => [Kestrel, Proxied, Rill];

    /// <summary>The processes whose CPU time is read.</summary>
    public IReadOnlyList<int> Processes => [Rill.WorkerId, _rill.Id, _kestrel.Id, _proxy.Id];

    /// <summary>Starts all servers and waits until they are ready.</summary>
    public static async Task<ServingRig> StartAsync()
    {
        var rill = ServerFactory.StartScripted();
        var kestrel = ServerFactory.StartPeer();
        var proxy = ServerFactory.StartProxy(kestrel);
        await rill.WaitForAsync("/health/ready");
        await proxy.WaitForAsync("/");
        return new ServingRig(rill, kestrel, proxy, CaptureChunk(rill));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rill.Dispose();
        _proxy.Dispose();
        _kestrel.Dispose();
    }

    private static byte[] CaptureChunk(ServerProcess rill)
    {
        using var client = new LoadClient(rill.Address);
        var stream = client.Open(Requests.Chat("Hello.", Endless));

        // The server may merge two tokens into a chunk; the peer's chunks must stand for one.
        client.PumpUntil(() => stream.SingleContentEvent.Length > 0, _limit);
        return stream.SingleContentEvent;
    }
}
