using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Rill.LocalHost;

/// <summary>
/// Sockets of which only so many are open at a time: what comes beyond waits in the system's queue until one is closed. Kestrel closes
/// connections beyond its own limit, but only after it has accepted them, and it accepts as fast as they come: a flood would take the last
/// descriptor before the first is closed, and without one the runtime ends the process ("Out of memory.").
/// </summary>
/// <param name="most">Most connections, to all addresses together; more than Kestrel keeps for one, so that it can still refuse some.</param>
/// <param name="options">The sockets' options.</param>
/// <param name="logs">For the sockets.</param>
internal sealed class BoundedTransport(long most, IOptions<SocketTransportOptions> options, ILoggerFactory logs) : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private readonly SocketTransportFactory _sockets = new(options, logs);
    private readonly SemaphoreSlim _room = new((int)Math.Min(most, int.MaxValue));

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), _room);

    public void Dispose() => _room.Dispose();

    private sealed class Listener(IConnectionListener sockets, SemaphoreSlim room) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => sockets.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
                await room.WaitAsync(ends.Token);
            }
            catch (OperationCanceledException) when (_unbound.IsCancellationRequested)
            {
                return null;
            }

            var accepted = await sockets.AcceptAsync(cancellationToken);
            return accepted is null ? null : new Connection(accepted, room);
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await sockets.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await _unbound.CancelAsync();
            await sockets.DisposeAsync();
        }
    }

    /// <summary>A connection that makes room once its socket is closed.</summary>
    private sealed class Connection(ConnectionContext socket, SemaphoreSlim room) : ConnectionContext
    {
        private int _isOver;

        public override string ConnectionId { get => socket.ConnectionId; set => socket.ConnectionId = value; }

        public override IFeatureCollection Features => socket.Features;

        public override IDictionary<object, object?> Items { get => socket.Items; set => socket.Items = value; }

        public override IDuplexPipe Transport { get => socket.Transport; set => socket.Transport = value; }

        public override CancellationToken ConnectionClosed { get => socket.ConnectionClosed; set => socket.ConnectionClosed = value; }

        public override EndPoint? LocalEndPoint { get => socket.LocalEndPoint; set => socket.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => socket.RemoteEndPoint; set => socket.RemoteEndPoint = value; }

        public override void Abort(ConnectionAbortedException abortReason) => socket.Abort(abortReason);

        public override void Abort() => socket.Abort();

        public override async ValueTask DisposeAsync()
        {
            await socket.DisposeAsync();
            await base.DisposeAsync();
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                room.Release();
            }
        }
    }
}
