using Rill.Chat.Output;

namespace Rill.Core.Tests.Chat.Output;

/// <summary>A small format with everything in it: <c>[reasoning]</c>, <c>{function:arguments}</c>, and content around them.</summary>
internal sealed class BracketParser : IAnswerParser
{
    private char _open;
    private string? _function;
    private int _calls;

    public bool ReadsSpecialTokens => false;

    public void Push(int tokenId, string text, AnswerParts parts)
    {
        foreach (var character in text)
        {
            Take(character, parts);
        }
    }

    public void Flush(string text, AnswerParts parts) => Push(-1, text, parts);

    private void Take(char character, AnswerParts parts)
    {
        switch (character)
        {
            case '[' or '{':
                (_open, _function) = (character, "");
                break;
            case ']' or '}':
                _open = default;
                break;
            case ':' when _open == '{' && _function is not null:
                parts.AddToolCall(_calls++, $"call_{_calls}", _function);
                _function = null;
                break;
            default:
                TakeText(character, parts);
                break;
        }
    }

    private void TakeText(char character, AnswerParts parts)
    {
        if (_open == default)
        {
            parts.AddContent(character.ToString());
        }
        else if (_open == '[')
        {
            parts.AddReasoning(character.ToString());
        }
        else if (_function is not null)
        {
            _function += character;
        }
        else
        {
            parts.AddToolArguments(_calls - 1, character.ToString());
        }
    }
}
