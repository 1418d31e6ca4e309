using System.Net;
using System.Net.Sockets;

namespace Rill.ModelStore.Tests.Harness;

/// <summary>A TCP proxy that cuts connections after a number of bytes of the server's, as long as it still has cuts to make.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private long _allowance;
    private int _cuts;
    private int _cut;

    /// <summary>Lets <paramref name="allowance"/> bytes pass, then cuts <paramref name="cuts"/> connections, each at its next bytes.</summary>
    public CuttingProxy(int target, long allowance, int cuts)
    {
        (_target, _allowance, _cuts) = (target, allowance, cuts);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts made so far.</summary>
    public int Cut => Volatile.Read(ref _cut);

    /// <summary>From now on nothing is cut.</summary>
    public void Heal() => Volatile.Write(ref _cuts, 0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                var up = client.GetStream().CopyToAsync(server.GetStream(), _stop.Token);
                await DownAsync(server.GetStream(), client.GetStream());
                _ = up;    // ends with the sockets
            }
            catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side has closed, or this proxy has.
            }
        }
    }

    private async Task DownAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        for (int count; (count = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (Interlocked.Add(ref _allowance, -count) < 0 && Interlocked.Decrement(ref _cuts) >= 0)
            {
                Interlocked.Increment(ref _cut);
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
