using System.Text;
using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>
/// Arguments that stand between marks, one after another, their values bare. They become members of a JSON object: strings as they come,
/// other values once they are complete. Which they are the marks say where there are different ones, else the tool's schema.
/// </summary>
internal sealed class TaggedReader : ArgumentReader
{
    private const int LongestKey = 1_024;

    private readonly CallDraft _draft;
    private readonly ArgumentTypes _types;
    private readonly MarkerTable _markers;
    private readonly bool _marksTell;
    private readonly Expectation _next;        // the next key, or the end of the call
    private readonly Expectation _keyClose;
    private readonly int[] _keyEnds;           // what may follow a key
    private readonly string _lead;             // white space before a value that is not a part of it
    private readonly MarkerScan _valueClose;
    private readonly StringBuilder _key = new();
    private readonly StringBuilder _value = new();
    private Place _place;
    private int _leadTaken;
    private int _count;
    private ArgumentType _type;

    public TaggedReader(CallLayout layout, CallDraft draft, ArgumentTypes types)
    {
        (_draft, _types, _markers) = (draft, types, layout.Markers);
        var encoding = layout.Format.Arguments;
        var other = encoding.KeyCloseOther.Length > 0 ? encoding.KeyCloseOther : encoding.KeyClose;
        _marksTell = other != encoding.KeyClose;
        var keyOpen = SymbolPattern.Of(_markers, encoding.KeyOpen);
        _next = layout.Close.IsEmpty ? new Expectation(keyOpen) : new Expectation(keyOpen, layout.Close);
        SymbolPattern[] closes = [SymbolPattern.Of(_markers, encoding.KeyClose), .. _marksTell ? [SymbolPattern.Of(_markers, other)] : Array.Empty<SymbolPattern>()];
        _keyClose = new Expectation(closes);
        _keyEnds = [.. closes.Select(close => close.Symbols[0])];
        _lead = encoding.KeyClose[encoding.KeyClose.TrimEnd().Length..];
        _valueClose = new MarkerScan([_markers.Compile(encoding.ValueClose), _markers.Compile(encoding.ValueClose.TrimStart())]);
    }

    private enum Place
    {
        Next,
        Key,
        KeyClose,
        Lead,
        Value,
    }

    /// <inheritdoc/>
    public override void Begin()
    {
        _next.Reset();
        _keyClose.Reset();
        _valueClose.Flush(_ => { });
        _key.Clear();
        _value.Clear();
        (_place, _count) = (Place.Next, 0);
    }

    /// <inheritdoc/>
    public override ArgumentProgress Take(int symbol) => _place switch
    {
        Place.Next => TakeNext(symbol),
        Place.Key => TakeKey(symbol),
        Place.KeyClose => TakeKeyClose(symbol),
        Place.Lead => TakeLead(symbol),
        _ => TakeValue(symbol),
    };

    /// <inheritdoc/>
    public override void BreakOff()
    {
        if (_place == Place.Value)
        {
            _valueClose.Flush(TakeOfValue);
            _draft.Append(_type == ArgumentType.Text ? "" : _value.ToString());
        }
    }

    private ArgumentProgress TakeNext(int symbol)
    {
        switch (_next.Take(symbol))
        {
            case Expectation.More:
                return ArgumentProgress.More;
            case 0:
                _key.Clear();
                return Go(Place.Key);
            case 1:
                _draft.Append(_count > 0 ? "}" : "{}");
                return ArgumentProgress.DoneWithClose;
            default:
                return ArgumentProgress.Fails;
        }
    }

    private ArgumentProgress TakeKey(int symbol)
    {
        if (_keyEnds.Contains(symbol))
        {
            _place = Place.KeyClose;
            return TakeKeyClose(symbol);
        }

        if (MarkerTable.IsToken(symbol) || _key.Length == LongestKey)
        {
            return ArgumentProgress.Fails;
        }

        _key.Append((char)symbol);
        return ArgumentProgress.More;
    }

    private ArgumentProgress TakeKeyClose(int symbol)
    {
        var found = _keyClose.Take(symbol);
        if (found < 0)
        {
            return found == Expectation.More ? ArgumentProgress.More : ArgumentProgress.Fails;
        }

        var key = _key.ToString().Trim();
        _type = !_marksTell ? _types.Of(_draft.Name!, key) : found == 0 ? ArgumentType.Text : ArgumentType.Other;
        _draft.Append((_count++ == 0 ? "{" : ", ") + JsonSpelling.Quote(key) + (_type == ArgumentType.Text ? ": \"" : ": "));
        _value.Clear();
        _leadTaken = 0;
        return Go(_lead.Length > 0 ? Place.Lead : Place.Value);
    }

    private ArgumentProgress TakeLead(int symbol)
    {
        if (symbol == _lead[_leadTaken])
        {
            return Go(++_leadTaken == _lead.Length ? Place.Value : Place.Lead);
        }

        _place = Place.Value;
        return TakeValue(symbol);
    }

    private ArgumentProgress TakeValue(int symbol)
    {
        if (_valueClose.Take(symbol, TakeOfValue) < 0)
        {
            return ArgumentProgress.More;
        }

        _draft.Append(_type == ArgumentType.Text ? "\"" : Spell(_value.ToString()));
        return Go(Place.Next);
    }

    private void TakeOfValue(int symbol)
    {
        foreach (var character in _markers.Spell(symbol))
        {
            if (_type == ArgumentType.Text)
            {
                _draft.Append(JsonSpelling.Escape(character));
            }
            else
            {
                _value.Append(character);
            }
        }
    }

    /// <summary>What may be a string and something else is a string unless it is JSON of that other kind.</summary>
    private string Spell(string value) => _type.HasFlag(ArgumentType.Text)
        && JsonSpelling.KindOf(value.Trim()) is System.Text.Json.JsonValueKind.Undefined or System.Text.Json.JsonValueKind.String
            ? JsonSpelling.Quote(value)
            : JsonSpelling.Value(value);

    private ArgumentProgress Go(Place place)
    {
        _place = place;
        return ArgumentProgress.More;
    }
}
