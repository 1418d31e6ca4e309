using System.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>Gathers symbols of one kind to texts, and gives them as parts.</summary>
internal sealed class AnswerWriter(MarkerTable markers)
{
    private readonly StringBuilder _text = new();
    private AnswerPartKind _kind;
    private int _callIndex;

    /// <summary>Where the parts go until the next <see cref="Flush"/>.</summary>
    public AnswerParts Parts { get; set; } = null!;

    /// <summary>A symbol of visible text.</summary>
    public void Content(int symbol) => Append(AnswerPartKind.Content, symbol);

    /// <summary>Visible text.</summary>
    public void Content(string text) => For(AnswerPartKind.Content, 0).Append(text);

    /// <summary>A symbol of reasoning.</summary>
    public void Reasoning(int symbol) => Append(AnswerPartKind.Reasoning, symbol);

    /// <summary>Reasoning.</summary>
    public void Reasoning(string text) => For(AnswerPartKind.Reasoning, 0).Append(text);

    /// <summary>A tool call starts.</summary>
    public void Call(int index, string id, string function)
    {
        Flush();
        Parts.AddToolCall(index, id, function);
    }

    /// <summary>A piece of a call's arguments.</summary>
    public void Arguments(int index, StringBuilder json) => For(AnswerPartKind.ToolArguments, index).Append(json);

    /// <summary>Gives what was gathered.</summary>
    public void Flush()
    {
        if (_text.Length == 0)
        {
            return;
        }

        var text = _text.ToString();
        _text.Clear();
        switch (_kind)
        {
            case AnswerPartKind.Content:
                Parts.AddContent(text);
                break;
            case AnswerPartKind.Reasoning:
                Parts.AddReasoning(text);
                break;
            default:
                Parts.AddToolArguments(_callIndex, text);
                break;
        }
    }

    private void Append(AnswerPartKind kind, int symbol)
    {
        var text = For(kind, 0);
        if (MarkerTable.IsToken(symbol))
        {
            text.Append(markers.TextOf(symbol));
        }
        else
        {
            text.Append((char)symbol);
        }
    }

    private StringBuilder For(AnswerPartKind kind, int callIndex)
    {
        if ((kind, callIndex) != (_kind, _callIndex))
        {
            Flush();
            (_kind, _callIndex) = (kind, callIndex);
        }

        return _text;
    }
}
