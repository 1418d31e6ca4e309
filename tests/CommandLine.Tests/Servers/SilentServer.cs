using System.Net;
using System.Net.Sockets;

namespace Rill.CommandLine.Tests.Servers;

/// <summary>A server whose port is there and which does not answer: it says nothing to those that are connected, or connects nobody.</summary>
internal sealed class SilentServer : IDisposable
{
    private const int MostToFill = 16;
    private static readonly TimeSpan s_connected = TimeSpan.FromSeconds(1);    // on one machine it takes no time

    private readonly Socket _listener = NewSocket();
    private readonly List<Socket> _connected = [];

    private SilentServer(int backlog)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog);
    }

    /// <summary>Its address.</summary>
    public string Url => $"http://{_listener.LocalEndPoint}";

    /// <summary>One to which everybody is connected, by the system, and which never says a word.</summary>
    public static SilentServer Start() => new(backlog: 100);

    /// <summary>One whose queue of connections is full: Linux drops what asks for another, as a firewall does. Skips the test elsewhere.</summary>
    public static async Task<SilentServer> StartFullAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "This system refuses what does not fit into a full queue.");
        var server = new SilentServer(backlog: 0);
        while (await server.IsConnectedAsync())
        {
            Skip.If(server._connected.Count == MostToFill, "This machine's queue of connections does not fill.");
        }

        return server;
    }

    public void Dispose()
    {
        _connected.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private async Task<bool> IsConnectedAsync()
    {
        var socket = NewSocket();
        _connected.Add(socket);
        using var limit = new CancellationTokenSource(s_connected);
        try
        {
            await socket.ConnectAsync(_listener.LocalEndPoint!, limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
