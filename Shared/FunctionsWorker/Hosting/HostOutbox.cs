using System.Threading.Channels;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>Messages on their way to the host. Anyone may add one, at any time; they wait until the stream is open.</summary>
internal sealed class HostOutbox
{
    private readonly Channel<StreamingMessage> _messages =
        Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Adds a message; dropped if <see cref="Complete"/> was called.</summary>
    public void Send(StreamingMessage message) => _messages.Writer.TryWrite(message);

    /// <summary>No more messages: the reader ends after those that wait.</summary>
    public void Complete() => _messages.Writer.TryComplete();

    public IAsyncEnumerable<StreamingMessage> ReadAllAsync() => _messages.Reader.ReadAllAsync();
}
