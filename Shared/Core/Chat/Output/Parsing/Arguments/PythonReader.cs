using System.Text;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>The arguments of a Python call, <c>key=literal, ...</c>, up to its bracket. Each becomes JSON once it is complete.</summary>
internal sealed class PythonReader(CallDraft draft) : ArgumentReader
{
    private readonly StringBuilder _key = new();
    private readonly StringBuilder _value = new();
    private readonly Stack<char> _brackets = new();
    private bool _isValue;
    private char _quote;
    private bool _isEscaped;
    private int _count;

    /// <inheritdoc/>
    public override void Begin()
    {
        _key.Clear();
        _value.Clear();
        _brackets.Clear();
        (_isValue, _quote, _isEscaped, _count) = (false, '\0', false, 0);
    }

    /// <inheritdoc/>
    public override ArgumentProgress Take(int symbol) =>
        MarkerTable.IsToken(symbol) ? ArgumentProgress.Fails : _isValue ? TakeValue((char)symbol) : TakeKey((char)symbol);

    /// <inheritdoc/>
    public override void BreakOff()
    {
        if (_isValue)
        {
            draft.Append(_value.ToString());
        }
    }

    private ArgumentProgress TakeKey(char character)
    {
        if (character == ')' && _key.Length == 0)
        {
            draft.Append(_count > 0 ? "}" : "{}");
            return ArgumentProgress.DoneBefore;
        }

        if (character == '=' && _key.Length > 0)
        {
            _isValue = true;
            draft.Append((_count++ == 0 ? "{" : ", ") + JsonSpelling.Quote(_key.ToString()) + ": ");
            _key.Clear();
            return ArgumentProgress.More;
        }

        if (char.IsLetterOrDigit(character) || character is '_' or '-')
        {
            _key.Append(character);
            return ArgumentProgress.More;
        }

        return char.IsWhiteSpace(character) ? ArgumentProgress.More : ArgumentProgress.Fails;
    }

    private ArgumentProgress TakeValue(char character)
    {
        if (_quote == '\0' && _brackets.Count == 0 && character is ',' or ')')
        {
            EndValue();
            return character == ',' ? ArgumentProgress.More : TakeKey(character);
        }

        _value.Append(character);
        if (_quote != '\0')
        {
            TakeOfText(character);
        }
        else if (character is '"' or '\'')
        {
            _quote = character;
        }
        else if (character is '(' or '[' or '{')
        {
            _brackets.Push(character switch { '(' => ')', '[' => ']', _ => '}' });
        }
        else if (character is ')' or ']' or '}' && !(_brackets.TryPop(out var close) && close == character))
        {
            return ArgumentProgress.Fails;
        }

        return ArgumentProgress.More;
    }

    private void TakeOfText(char character)
    {
        if (!_isEscaped && character == _quote)
        {
            _quote = '\0';
        }

        _isEscaped = !_isEscaped && character == '\\';
    }

    private void EndValue()
    {
        draft.Append(JsonSpelling.Value(_value.ToString().Trim()));
        _value.Clear();
        _isValue = false;
    }
}
