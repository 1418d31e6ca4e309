using System.Text;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>
/// Arguments like JSON, with bare keys, and strings between delimiters of their own (JSON's are taken too). They become JSON: strings as they
/// come, numbers and words once they are complete. A comma says nothing where no value follows it, as to the servers that these models are
/// published with; so it is written with what comes next.
/// </summary>
internal sealed class LaxReader(CallLayout layout, CallDraft draft) : ArgumentReader
{
    private readonly MarkerScan _delimiter = new([layout.Markers.Compile(layout.Format.Arguments.StringDelimiter)]);
    private readonly Stack<char> _open = new();
    private readonly StringBuilder _word = new();
    private string _comma = "";     // what is due before the next key or item
    private Place _place;

    private enum Place
    {
        Start,
        Key,
        Value,
        Text,
        JsonText,
        JsonEscape,
        After,
    }

    /// <inheritdoc/>
    public override void Begin()
    {
        _delimiter.Flush(_ => { });
        _open.Clear();
        _word.Clear();
        _comma = "";
        _place = Place.Start;
    }

    /// <inheritdoc/>
    public override ArgumentProgress Take(int symbol)
    {
        switch (_place)
        {
            case Place.Start when symbol == '{':
                return Enter('{');
            case Place.Start:
                return MarkerTable.IsSpace(symbol) ? ArgumentProgress.More : ArgumentProgress.DoneBefore;
            case Place.Text:
                return _delimiter.Take(symbol, TakeOfText) < 0 ? ArgumentProgress.More : EndText();
            case Place.JsonText or Place.JsonEscape:
                return TakeJsonText(symbol);
            default:
                return TakeBetween(symbol);
        }
    }

    /// <inheritdoc/>
    public override void BreakOff()
    {
        _delimiter.Flush(TakeOfText);
        if (_place == Place.Value && _word.Length > 0)
        {
            Write(_word.ToString());
        }
    }

    private ArgumentProgress TakeBetween(int symbol)
    {
        var delimited = false;
        var fits = true;
        if (_delimiter.Take(symbol, each => fits &= TakeStructure(each)) >= 0)
        {
            delimited = true;
        }

        if (!fits)
        {
            return ArgumentProgress.Fails;
        }

        if (delimited)
        {
            return BeginText(Place.Text);
        }

        return _open.Count == 0 ? ArgumentProgress.Done : ArgumentProgress.More;
    }

    /// <summary>Delimiters around a key say nothing.</summary>
    private ArgumentProgress BeginText(Place place)
    {
        if (_place == Place.Key)
        {
            return ArgumentProgress.More;
        }

        if (_place != Place.Value || _word.Length > 0)
        {
            return ArgumentProgress.Fails;
        }

        Write("\"");
        _place = place;
        return ArgumentProgress.More;
    }

    private ArgumentProgress EndText()
    {
        draft.Append("\"");
        _place = Place.After;
        return ArgumentProgress.More;
    }

    private bool TakeStructure(int symbol)
    {
        if (MarkerTable.IsToken(symbol))
        {
            return false;
        }

        var character = (char)symbol;
        switch (_place)
        {
            case Place.Key:
                return TakeOfKey(character);
            case Place.Value when character is '{' or '[' && _word.Length == 0:
                Enter(character);
                return true;
            case Place.Value when character == '"' && _word.Length == 0:
                BeginText(Place.JsonText);
                return true;
            case Place.Value when character is not (',' or '}' or ']'):
                _word.Append(_word.Length == 0 && char.IsWhiteSpace(character) ? "" : character.ToString());
                return true;
            case Place.Value:
                return EndWord() ? Separate(character) : SkipItem(character);
            case Place.After:
                return char.IsWhiteSpace(character) || Separate(character);
            default:
                return false;
        }
    }

    private bool TakeOfKey(char character)
    {
        if (_word.Length == 0 && (character is '}' or ']' || char.IsWhiteSpace(character)))
        {
            return char.IsWhiteSpace(character) || Leave(character);
        }

        if (character != ':')
        {
            _word.Append(character is '"' ? "" : character.ToString());
            return character is not ('{' or '[' or '}' or ']' or ',');
        }

        Write(JsonSpelling.Quote(_word.ToString().Trim()) + ": ");
        _word.Clear();
        _place = Place.Value;
        return true;
    }

    private bool Separate(char character)
    {
        if (character != ',')
        {
            return Leave(character);
        }

        _comma = ", ";
        _place = _open.Peek() == '{' ? Place.Key : Place.Value;
        return true;
    }

    /// <summary>Where a value is missing: an array's is none, a key's is empty.</summary>
    private bool SkipItem(char character)
    {
        if (_open.Peek() == '[')
        {
            return character == ',' || Leave(character);
        }

        Write("\"\"");
        return Separate(character);
    }

    private ArgumentProgress Enter(char bracket)
    {
        _open.Push(bracket);
        Write(bracket.ToString());
        _place = bracket == '{' ? Place.Key : Place.Value;
        return ArgumentProgress.More;
    }

    private bool Leave(char bracket)
    {
        if ((_open.Peek(), bracket) is not (('{', '}') or ('[', ']')))
        {
            return false;
        }

        _open.Pop();
        _comma = "";
        draft.Append(bracket.ToString());
        _place = Place.After;
        return true;
    }

    /// <summary>False where there is none.</summary>
    private bool EndWord()
    {
        if (_word.Length == 0)
        {
            return false;
        }

        Write(JsonSpelling.Value(_word.ToString().Trim()));
        _word.Clear();
        return true;
    }

    private void Write(string json)
    {
        draft.Append(_comma + json);
        _comma = "";
    }

    private void TakeOfText(int symbol)
    {
        foreach (var character in layout.Markers.Spell(symbol))
        {
            draft.Append(JsonSpelling.Escape(character));
        }
    }

    private ArgumentProgress TakeJsonText(int symbol)
    {
        if (symbol == '"' && _place == Place.JsonText)
        {
            return EndText();
        }

        draft.Append(layout.Markers.Spell(symbol));
        _place = symbol == '\\' && _place == Place.JsonText ? Place.JsonEscape : Place.JsonText;
        return ArgumentProgress.More;
    }
}
