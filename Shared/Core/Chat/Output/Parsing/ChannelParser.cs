using Rill.Chat.Format;
using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>
/// Reads an answer of several messages with headers, by a <see cref="ChannelFormat"/>: a header says whether what follows is reasoning, a call
/// or visible text. Headers and marks are left out; a header that never ends is text.
/// </summary>
internal sealed class ChannelParser : SymbolParser
{
    private readonly ChannelFormat _format;
    private readonly ParserContext _context;
    private readonly CallDraft? _draft;
    private readonly HeaderReader _header;
    private readonly MarkerScan _bodyEnd;     // the ends, and last the start of another message
    private readonly Expectation _start;
    private readonly List<int> _gap = [];
    private readonly Action<int> _give;
    private Place _place;

    public ChannelParser(MessageFormat format, ITokenizer tokenizer, ParserContext context)
        : base(tokenizer)
    {
        (_format, _context) = (format.Channels!, context);
        _draft = format.Tools is { } tools && context.Tools.Count > 0 ? new CallDraft(Writer, tools, context) : null;
        _header = new HeaderReader(_format, Markers);
        _bodyEnd = new MarkerScan([.. _format.Ends.Append(_format.Start).Select(Markers.Compile)]);
        _start = new Expectation(SymbolPattern.Of(Markers, _format.Start));
        _give = Give;
    }

    private enum Place
    {
        Header,
        Content,
        Reasoning,
        Call,
        Between,
    }

    /// <inheritdoc/>
    public override bool IsReasoning => _place == Place.Reasoning;

    /// <inheritdoc/>
    protected override void End()
    {
        switch (_place)
        {
            case Place.Header:
                _header.Release(Writer.Content);
                break;
            case Place.Call:
                _bodyEnd.Flush(_give);
                _draft!.Complete();
                break;
            case Place.Between when _gap.TrueForAll(MarkerTable.IsSpace):
                break;
            case Place.Between:
                _gap.ForEach(Writer.Content);
                break;
            default:
                _bodyEnd.Flush(_give);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Take(int symbol)
    {
        switch (_place)
        {
            case Place.Header:
                TakeHeader(symbol);
                break;
            case Place.Between:
                TakeBetween(symbol);
                break;
            case var _ when _bodyEnd.Take(symbol, _give) is var found and >= 0:
                EndBody(startsNext: found == _format.Ends.Count);
                break;
        }
    }

    private void TakeHeader(int symbol)
    {
        switch (_header.Take(symbol))
        {
            case HeaderProgress.Done:
                BeginBody();
                break;
            case HeaderProgress.IsNone:
                GiveHeader();
                break;
        }
    }

    /// <summary>What was read as a header is text.</summary>
    private void GiveHeader()
    {
        _place = Place.Content;
        _header.Release(Take);
    }

    private void BeginBody()
    {
        var function = _header.Function;
        if (function is not null && _format.Recipient.Length == 0 && !_context.Tools.Any(tool => tool.Name == function))
        {
            // Nothing but the name tells a call from a line of text.
            GiveHeader();
            return;
        }

        if (function is not null && _draft is not null)
        {
            _draft.Begin();
            _draft.Name = function;
            _place = Place.Call;
            return;
        }

        _place = _format.ReasoningChannels.Contains(_header.Channel) ? Place.Reasoning : Place.Content;
    }

    private void EndBody(bool startsNext)
    {
        if (_place == Place.Call)
        {
            _draft!.Complete();
        }

        _header.Begin(isFirst: false);
        _place = startsNext ? Place.Header : Place.Between;
    }

    private void TakeBetween(int symbol)
    {
        _gap.Add(symbol);
        switch (_start.Take(symbol))
        {
            case Expectation.More:
                return;
            case Expectation.Fails:
                _place = Place.Content;
                var unused = _gap.ToArray();
                _gap.Clear();
                Array.ForEach(unused, Take);
                return;
            default:
                _gap.Clear();
                _place = Place.Header;
                return;
        }
    }

    private void Give(int symbol)
    {
        switch (_place)
        {
            case Place.Call:
                _draft!.Append(Markers.Spell(symbol));
                break;
            case Place.Reasoning:
                Writer.Reasoning(symbol);
                break;
            default:
                Writer.Content(symbol);
                break;
        }
    }
}
