using System.Buffers;
using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing;

/// <summary>Reads visible text with calls in it.</summary>
internal sealed class CallFinder
{
    private readonly CallLayout _layout;
    private readonly AnswerWriter _writer;
    private readonly CallDraft _draft;
    private readonly CallReader _reader;
    private readonly MarkerScan _openers;
    private readonly SearchValues<char> _firstCharacters;
    private readonly Expectation _afterCall;
    private readonly List<int> _raw = [];     // a call as long as it may be text; what follows one as long as it may be a mark
    private readonly Action<int> _give;
    private readonly int _bareStart;
    private Place _place;
    private bool _isLineStart = true;
    private bool _sectionIsOver;

    private enum Place
    {
        Text,
        Call,
        AfterCall,
    }

    public CallFinder(ToolFormat format, MarkerTable markers, AnswerWriter writer, ParserContext context)
    {
        _layout = new CallLayout(format, markers);
        _writer = writer;
        _draft = new CallDraft(writer, format, context);
        _reader = new CallReader(_layout, _draft, context);
        var heads = _layout.Openers.Select(opener => opener.Head).ToList();
        _openers = new MarkerScan(heads);
        _firstCharacters = SearchValues.Create([.. heads.Select(head => head[0]).Where(symbol => !MarkerTable.IsToken(symbol)).Select(symbol => (char)symbol)]);
        _afterCall = new Expectation([.. _layout.Continuations, .. _layout.SectionEnd.IsEmpty ? Array.Empty<SymbolPattern>() : [_layout.SectionEnd]]);
        _give = Give;
        _bareStart = _layout.BareOpener is { IsEmpty: false } bare ? bare.Symbols[0] : '{';
    }

    /// <summary>True when a text can only be text, so that nobody needs to look at its characters.</summary>
    public bool PassesWhole(string text) =>
        _place == Place.Text && !_openers.IsHolding && _layout.BareOpener is null && text.AsSpan().IndexOfAny(_firstCharacters) < 0;

    /// <summary>Takes a symbol.</summary>
    public void Take(int symbol)
    {
        switch (_place)
        {
            case Place.Text:
                if (!BareCallBegins(symbol) && _openers.Take(symbol, _give) is var found and >= 0)
                {
                    BeginCall(_layout.Openers[found].Head, _layout.Openers[found].Rest);
                }

                break;
            case Place.Call:
                TakeOfCall(symbol);
                break;
            default:
                TakeAfterCall(symbol);
                break;
        }
    }

    /// <summary>The text ends.</summary>
    public void Flush()
    {
        _openers.Flush(_give);
        if (_place == Place.Call && _reader.BreakOff())
        {
            return;
        }

        if (_place == Place.Call || _raw.Exists(symbol => !MarkerTable.IsSpace(symbol)))
        {
            GiveRaw();
        }
    }

    /// <summary>Begins a call where a bracket alone tells of it.</summary>
    private bool BareCallBegins(int symbol)
    {
        if (_layout.BareOpener is not { } opener || !_isLineStart || _openers.IsHolding || symbol != _bareStart)
        {
            return false;
        }

        BeginCall(opener.Head, opener.Rest);
        if (opener.IsEmpty)
        {
            TakeOfCall(symbol);
        }

        return true;
    }

    private void BeginCall(IEnumerable<int> raw, SymbolPattern rest)
    {
        _raw.AddRange(raw);
        _reader.Begin(rest);
        _place = Place.Call;
    }

    private void TakeOfCall(int symbol)
    {
        var progress = _reader.Take(symbol);
        if (progress == CallProgress.Malformed)
        {
            GiveRaw();
            Take(symbol);
            return;
        }

        if (_draft.IsAnnounced)
        {
            _raw.Clear();
        }
        else
        {
            _raw.Add(symbol);
        }

        if (progress != CallProgress.More)
        {
            _place = Place.AfterCall;
            _sectionIsOver = _layout.Continuations.Count == 0 && _layout.SectionEnd.IsEmpty;
            if (progress == CallProgress.DoneBefore)
            {
                Again([.. _reader.Unused]);
            }
        }
    }

    private void TakeAfterCall(int symbol)
    {
        _raw.Add(symbol);
        if (_sectionIsOver && MarkerTable.IsSpace(symbol))
        {
            return;
        }

        var found = _sectionIsOver ? Expectation.Fails : _afterCall.Take(symbol);
        if (found == Expectation.Fails)
        {
            var unused = _raw.ToArray();
            _raw.Clear();
            _place = Place.Text;
            Again(unused);
        }
        else if (found >= 0 && found < _layout.Continuations.Count)
        {
            BeginCall([], SymbolPattern.Empty);
        }
        else if (found >= 0)
        {
            _raw.Clear();
            _sectionIsOver = true;
        }
    }

    private void Again(int[] symbols)
    {
        foreach (var symbol in symbols)
        {
            Take(symbol);
        }
    }

    private void GiveRaw()
    {
        _place = Place.Text;
        foreach (var symbol in _raw)
        {
            Give(symbol);
        }

        _raw.Clear();
    }

    private void Give(int symbol)
    {
        _writer.Content(symbol);
        _isLineStart = symbol == '\n' || (_isLineStart && MarkerTable.IsSpace(symbol));
    }
}
