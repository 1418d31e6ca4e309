using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Rill.Image.Tests.Support;

/// <summary>Reaches a container's own loopback, where its port is free whatever else runs on the machine.</summary>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>A connection to a port of the loopback that process <paramref name="processId"/> sees.</summary>
    /// <exception cref="HttpRequestException">Nobody listens there.</exception>
    public static Stream Connect(int processId, int port)
    {
        var socket = Open(processId);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    // A socket belongs to the namespace of the thread that makes it; a thread of our own can change its namespace and be thrown away.
    private static Socket Open(int processId)
    {
        Socket? socket = null;
        var thread = new Thread(() =>
        {
            using var space = File.OpenHandle($"/proc/{processId}/ns/net");
            if (Enter(space, CloneNewNet) == 0)
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new HttpRequestException($"The network of process {processId} cannot be entered.");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeFileHandle space, int kind);
}
