using System.Text;
using Rill.Anthropic;

namespace Rill.Chat.Output.Messages;

/// <summary>
/// The parts of one answer as blocks that start, go on and stop, one after another. What the clients need of them was measured
/// (contract A.8): every block stops, and a tool call has one delta at least.
/// </summary>
/// <param name="write">Takes the events.</param>
/// <param name="omitsThinking">True to leave thoughts out; their signatures then carry them.</param>
internal sealed class MessageBlocks(Action<MessageEvent> write, bool omitsThinking)
{
    private readonly StringBuilder _thinking = new();    // of the open block
    private AnswerPartKind? _open;                       // what the open block is; a tool call's arguments belong to it
    private int _index = -1;
    private bool _hasInput;

    /// <summary>True once a tool call has started.</summary>
    public bool HasToolUse { get; private set; }

    /// <summary>Takes the next part.</summary>
    public void Add(in AnswerPart part)
    {
        switch (part.Kind)
        {
            case AnswerPartKind.Content:
                Open(part.Kind, new TextBlock(""));
                Gain(new TextDelta(part.Text));
                break;
            case AnswerPartKind.Reasoning:
                Open(part.Kind, new ThinkingBlock("", ""));
                Think(part.Text);
                break;
            case AnswerPartKind.ToolCall:
                Close();
                Open(part.Kind, new ToolUseBlock(part.CallId!, part.Text, ToolUseBlock.NoInput));
                (HasToolUse, _hasInput) = (true, false);
                break;
            default:
                Gain(new InputJsonDelta(part.Text));
                _hasInput = true;
                break;
        }
    }

    /// <summary>Stops the block that is open, if one is.</summary>
    public void Close()
    {
        switch (_open)
        {
            case null:
                return;
            case AnswerPartKind.Reasoning:
                Gain(new SignatureDelta(ThinkingSignature.Of(_thinking.ToString(), carriesText: omitsThinking)));
                _thinking.Clear();
                break;
            case AnswerPartKind.ToolCall when !_hasInput:
                Gain(new InputJsonDelta(ToolUseBlock.NoInput));
                break;
        }

        write(new ContentBlockStop(_index));
        _open = null;
    }

    private void Open(AnswerPartKind kind, ContentBlock block)
    {
        if (_open != kind)
        {
            Close();
            _open = kind;
            write(new ContentBlockStart(++_index, block));
        }
    }

    private void Think(string text)
    {
        _thinking.Append(text);
        if (!omitsThinking)
        {
            Gain(new ThinkingDelta(text));
        }
    }

    private void Gain(BlockDelta delta) => write(new ContentBlockDelta(_index, delta));
}
