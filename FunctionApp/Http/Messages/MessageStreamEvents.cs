using Rill.Anthropic;
using Rill.Chat;
using Rill.Chat.Output;
using Rill.Chat.Output.Messages;

namespace Rill.FunctionApp.Http.Messages;

/// <summary>Named events, from message_start to message_stop, and no <c>[DONE]</c>, on which the SDKs throw (contract A.8).</summary>
internal sealed class MessageStreamEvents : IAnswerEvents
{
    private readonly MessageEvents _events;
    private SseWriter? _writer;

    /// <summary>Events of a generation.</summary>
    public MessageStreamEvents(ChatGeneration generation, MessagesRequest request) => _events = new MessageEvents(generation, request, Write);

    /// <inheritdoc/>
    public void WriteBegin(SseWriter writer)
    {
        _writer = writer;
        _events.Begin();
    }

    /// <inheritdoc/>
    public void WriteDelta(SseWriter writer, in ChoiceDelta delta)
    {
        _writer = writer;
        _events.Add(delta);
    }

    /// <inheritdoc/>
    public void WriteEnd(SseWriter writer)
    {
        _writer = writer;
        _events.End();
    }

    private void Write(MessageEvent next) => _writer!.Write(next.Name, next, MessageJson.Wire.MessageEvent);
}
