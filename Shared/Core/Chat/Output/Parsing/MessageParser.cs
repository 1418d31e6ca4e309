using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>
/// Reads an answer that is reasoning, visible text and calls, by a <see cref="MessageFormat"/>. Held back is only what may be the beginning
/// of a mark, and a call until its name and the beginning of its arguments are known; what then proves to be none is given as text. Marks are
/// left out, and white space beside them: at the answer's beginning, and after a call.
/// </summary>
internal sealed class MessageParser : SymbolParser
{
    private readonly Opening _opening;
    private readonly Opening _openingReasoning;
    private readonly Opening _afterReasoning;
    private readonly MarkerScan? _reasoningEnd;
    private readonly CallFinder? _calls;
    private readonly List<int> _gap = [];    // white space before a mark that may come
    private readonly Action<int> _pass;
    private readonly Action<int> _passReasoning;
    private ParserPlace _place;

    public MessageParser(MessageFormat format, ITokenizer tokenizer, ParserContext context)
        : base(tokenizer)
    {
        _opening = new Opening(OpeningPlace.Answer, format, Markers);
        _openingReasoning = new Opening(OpeningPlace.Reasoning, format, Markers);
        _afterReasoning = new Opening(OpeningPlace.AfterReasoning, format, Markers);
        _reasoningEnd = format.Reasoning is { } reasoning ? new MarkerScan([Markers.Compile(reasoning.End.Trim())]) : null;
        if (format.Tools is { } tools)
        {
            // Where no call may be, its marks are still known, so that they are shown as the text that they then are.
            var calls = new CallFinder(tools, Markers, Writer, context);
            _calls = context.Tools.Count > 0 ? calls : null;
        }

        _pass = Pass;
        _passReasoning = Writer.Reasoning;
        _place = context.ReasoningIsOpen && _reasoningEnd is not null ? ParserPlace.OpeningReasoning : ParserPlace.Opening;
    }

    /// <inheritdoc/>
    public override bool IsReasoning => _place is ParserPlace.Reasoning or ParserPlace.OpeningReasoning;

    /// <inheritdoc/>
    protected override void End()
    {
        switch (_place)
        {
            case ParserPlace.Opening or ParserPlace.AfterReasoning:
                OpeningAt(_place).Scan.Flush(_pass);
                GiveGap();
                _calls?.Flush();
                break;
            case ParserPlace.OpeningReasoning or ParserPlace.Reasoning:
                _openingReasoning.Scan.Flush(_pass);
                GiveGap();
                _reasoningEnd!.Flush(_passReasoning);
                break;
            default:
                _calls?.Flush();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void TakeText(string text)
    {
        if (_place == ParserPlace.Content && (_calls is null || _calls.PassesWhole(text)))
        {
            Writer.Content(text);
            return;
        }

        base.TakeText(text);
    }

    /// <inheritdoc/>
    protected override void Take(int symbol)
    {
        switch (_place)
        {
            case ParserPlace.Content:
                TakeContent(symbol);
                break;
            case ParserPlace.Reasoning:
                if (_reasoningEnd!.Take(symbol, _passReasoning) >= 0)
                {
                    _place = ParserPlace.AfterReasoning;
                }

                break;
            default:
                TakeOpening(OpeningAt(_place), symbol);
                break;
        }
    }

    private Opening OpeningAt(ParserPlace place) => place switch
    {
        ParserPlace.Opening => _opening,
        ParserPlace.AfterReasoning => _afterReasoning,
        _ => _openingReasoning,
    };

    private void TakeOpening(Opening opening, int symbol)
    {
        var place = _place;
        var found = opening.Scan.Take(symbol, _pass);
        if (_place != place)
        {
            // Text has come before it: what is held back, or a whole mark, is none of this place.
            Array.ForEach(found < 0 ? opening.Scan.TakeHeld() : opening.Marker(found), Take);
            return;
        }

        if (found < 0)
        {
            return;
        }

        var lead = opening.Lead(found);
        if (place == ParserPlace.OpeningReasoning && lead == ParserPlace.AfterReasoning)
        {
            GiveGap();
        }

        _gap.Clear();
        _place = lead;
    }

    /// <summary>Takes what is no mark of the place where the parser stands.</summary>
    private void Pass(int symbol)
    {
        if (_place is ParserPlace.Opening or ParserPlace.AfterReasoning or ParserPlace.OpeningReasoning)
        {
            if (MarkerTable.IsSpace(symbol))
            {
                _gap.Add(symbol);
                return;
            }

            GiveGap();
        }

        Take(symbol);
    }

    /// <summary>The beginning is over: what was held back of it is text.</summary>
    private void GiveGap()
    {
        _place = IsReasoning ? ParserPlace.Reasoning : ParserPlace.Content;
        foreach (var symbol in _gap)
        {
            Take(symbol);
        }

        _gap.Clear();
    }

    private void TakeContent(int symbol)
    {
        if (_calls is null)
        {
            Writer.Content(symbol);
        }
        else
        {
            _calls.Take(symbol);
        }
    }
}
