using System.Text;
using Rill.Anthropic;

namespace Rill.Chat.Output.Messages;

/// <summary>Gathers a generation into one answer of the Messages API, from the events that a stream of it would have.</summary>
public sealed class MessageAnswer
{
    private readonly List<ContentBlock> _content = [];
    private readonly StringBuilder _text = new();    // of the block that started last: text, thought or arguments
    private Message? _message;
    private ContentBlock? _block;
    private string _signature = "";

    private MessageAnswer()
    {
    }

    /// <summary>Reads the answer to its end.</summary>
    public static async Task<Message> ReadAsync(ChatGeneration generation, MessagesRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        var answer = new MessageAnswer();
        var events = new MessageEvents(generation, request, answer.Take);
        events.Begin();
        while (await generation.NextAsync(cancellationToken) is { } delta)
        {
            events.Add(delta);
        }

        events.End();
        return answer._message!;
    }

    private void Take(MessageEvent next)
    {
        switch (next)
        {
            case MessageStart start:
                _message = start.Message;
                break;
            case ContentBlockStart start:
                _block = start.ContentBlock;
                break;
            case ContentBlockDelta gained:
                Take(gained.Delta);
                break;
            case ContentBlockStop:
                _content.Add(Complete());
                _text.Clear();
                break;
            case MessageDelta end:
                _message = _message! with
                {
                    Content = _content,
                    Usage = end.Usage,
                    StopReason = end.Delta.StopReason,
                    StopSequence = end.Delta.StopSequence,
                };
                break;
        }
    }

    private void Take(BlockDelta delta)
    {
        switch (delta)
        {
            case TextDelta text:
                _text.Append(text.Text);
                break;
            case ThinkingDelta thought:
                _text.Append(thought.Thinking);
                break;
            case InputJsonDelta input:
                _text.Append(input.PartialJson);
                break;
            case SignatureDelta signature:
                _signature = signature.Signature;
                break;
        }
    }

    private ContentBlock Complete() => _block switch
    {
        ThinkingBlock => new ThinkingBlock(_text.ToString(), _signature),
        ToolUseBlock call => call with { Input = ToolUseBlock.InputOf(_text.ToString()) },
        _ => new TextBlock(_text.ToString()),
    };
}
