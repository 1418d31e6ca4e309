using System.Text;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>What happened with a symbol of JSON text.</summary>
[Flags]
internal enum JsonEvents
{
    /// <summary>Nothing of note.</summary>
    None = 0,

    /// <summary>It cannot stand here; it was not taken.</summary>
    Invalid = 1,

    /// <summary>It begins a value.</summary>
    Start = 2,

    /// <summary>It ends an object, an array or a string, and belongs to it.</summary>
    End = 4,

    /// <summary>Before it a number or a word has ended.</summary>
    WordEnd = 8,

    /// <summary>It ends a member's name.</summary>
    Key = 16,
}

/// <summary>
/// Follows JSON text symbol by symbol: where values begin and end, and the names on the way to them. Words and numbers may be anything, so
/// that what a model writes wrong inside of a value passes as it is; a mark may stand in a string alone.
/// </summary>
internal sealed class JsonCursor
{
    private readonly List<bool> _isObject = [];
    private readonly List<string?> _keys = [];
    private readonly StringBuilder _key = new();
    private Place _place;

    private enum Place
    {
        Value,
        FirstItem,
        FirstKey,
        Key,
        KeyText,
        KeyEscape,
        Colon,
        Text,
        Escape,
        Word,
        After,
        Done,
    }

    /// <summary>Objects and arrays around the place where it stands.</summary>
    public int Depth => _isObject.Count;

    /// <summary>True once the outermost value is complete.</summary>
    public bool IsDone => _place == Place.Done;

    /// <summary>The name of the member it stands in, at a depth; as written, null in an array.</summary>
    public string? KeyAt(int depth) => _keys[depth];

    /// <summary>True when a value directly inside of so many objects stands at this path.</summary>
    public bool IsAt(IReadOnlyList<string> path)
    {
        for (var depth = 0; depth < path.Count; depth++)
        {
            if (_keys[depth] != path[depth])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        _isObject.Clear();
        _keys.Clear();
        _place = Place.Value;
    }

    /// <summary>Takes a symbol.</summary>
    public JsonEvents Take(int symbol)
    {
        switch (_place)
        {
            case Place.Text:
                return InText(symbol, Place.Escape);
            case Place.Escape:
                _place = Place.Text;
                return JsonEvents.None;
            case Place.KeyText or Place.KeyEscape:
                return InKey(symbol);
            case Place.Word when IsWord(symbol):
                return JsonEvents.None;
            case Place.Word:
                return EndWord(symbol);
            default:
                return MarkerTable.IsSpace(symbol) && _place != Place.Done ? JsonEvents.None : Structure(symbol);
        }
    }

    private static bool IsWord(int symbol) => !MarkerTable.IsToken(symbol) && (char.IsLetterOrDigit((char)symbol) || (char)symbol is '-' or '+' or '.' or '_');

    private JsonEvents Structure(int symbol) => (_place, symbol) switch
    {
        (Place.FirstKey or Place.Key, '"') => BeginKey(),
        (Place.FirstKey or Place.Key, '}') => Leave(),
        (Place.Colon, ':') => Go(Place.Value),
        (Place.After, ',') => Go(_isObject[^1] ? Place.Key : Place.Value),
        (Place.After, '}') when _isObject[^1] => Leave(),
        (Place.After or Place.FirstItem, ']') when !_isObject[^1] => Leave(),
        (Place.Value, ']') when Depth > 0 && !_isObject[^1] => Leave(),
        (Place.Value or Place.FirstItem, '{') => Enter(isObject: true),
        (Place.Value or Place.FirstItem, '[') => Enter(isObject: false),
        (Place.Value or Place.FirstItem, '"') => Go(Place.Text, JsonEvents.Start),
        (Place.Value or Place.FirstItem, _) when Depth > 0 && IsWord(symbol) => Go(Place.Word, JsonEvents.Start),
        _ => JsonEvents.Invalid,
    };

    private JsonEvents EndWord(int symbol)
    {
        _place = Place.After;
        var events = MarkerTable.IsSpace(symbol) ? JsonEvents.None : Structure(symbol);
        return JsonEvents.WordEnd | events;
    }

    private JsonEvents InText(int symbol, Place escape)
    {
        if (symbol == '"')
        {
            return Go(Depth == 0 ? Place.Done : Place.After, JsonEvents.End);
        }

        return symbol == '\\' ? Go(escape) : JsonEvents.None;
    }

    private JsonEvents BeginKey()
    {
        _key.Clear();
        return Go(Place.KeyText);
    }

    private JsonEvents InKey(int symbol)
    {
        if (MarkerTable.IsToken(symbol))
        {
            return JsonEvents.Invalid;
        }

        if (symbol == '"' && _place == Place.KeyText)
        {
            _keys[^1] = _key.ToString();
            return Go(Place.Colon, JsonEvents.Key);
        }

        _key.Append((char)symbol);
        return Go(symbol == '\\' && _place == Place.KeyText ? Place.KeyEscape : Place.KeyText);
    }

    private JsonEvents Enter(bool isObject)
    {
        _isObject.Add(isObject);
        _keys.Add(null);
        return Go(isObject ? Place.FirstKey : Place.FirstItem, JsonEvents.Start);
    }

    private JsonEvents Leave()
    {
        _isObject.RemoveAt(Depth - 1);
        _keys.RemoveAt(_keys.Count - 1);
        return Go(Depth == 0 ? Place.Done : Place.After, JsonEvents.End);
    }

    private JsonEvents Go(Place place, JsonEvents events = JsonEvents.None)
    {
        _place = place;
        return events;
    }
}
