using System.Text;
using Rill.Chat.Format;
using Rill.Chat.Output.Parsing.Arguments;

namespace Rill.Chat.Output.Parsing;

/// <summary>What has become of a call with a symbol.</summary>
internal enum CallProgress
{
    /// <summary>It goes on.</summary>
    More,

    /// <summary>It is complete with this symbol.</summary>
    Done,

    /// <summary>It was complete before <see cref="CallReader.Unused"/>, of which this symbol is the last.</summary>
    DoneBefore,

    /// <summary>It is none. The symbol was not taken.</summary>
    Malformed,
}

/// <summary>Reads calls, one after another: each from behind what opens it to the end of what closes it.</summary>
internal sealed class CallReader
{
    private const int LongestName = 256;

    private readonly CallLayout _layout;
    private readonly CallDraft _draft;
    private readonly ArgumentReader _arguments;
    private readonly Expectation?[] _literals;    // for each step; the last is what closes the call
    private readonly StringBuilder _word = new();
    private readonly List<int> _unused = [];
    private Expectation? _opening;
    private int _step;

    public CallReader(CallLayout layout, CallDraft draft, ParserContext context)
    {
        (_layout, _draft) = (layout, draft);
        _arguments = ArgumentReader.New(layout, draft, context);
        _literals = [.. Enumerable.Range(0, layout.Steps.Count).Select(Literal), layout.Close.IsEmpty ? null : new Expectation(layout.Close)];
    }

    /// <summary>What followed a call's arguments and does not belong to it.</summary>
    public IReadOnlyList<int> Unused => _unused;

    /// <summary>Begins a call.</summary>
    /// <param name="opening">What of its opening is still to come.</param>
    public void Begin(SymbolPattern opening)
    {
        _draft.Begin();
        _arguments.Begin();
        _word.Clear();
        _unused.Clear();
        Array.ForEach(_literals, literal => literal?.Reset());
        _opening = opening.IsEmpty ? null : new Expectation(opening);
        _step = 0;
    }

    /// <summary>Takes a symbol.</summary>
    public CallProgress Take(int symbol)
    {
        if (_opening is not null)
        {
            var found = _opening.Take(symbol);
            _opening = found >= 0 ? null : _opening;
            return found == Expectation.Fails ? CallProgress.Malformed : CallProgress.More;
        }

        while (_step < _layout.Steps.Count)
        {
            if (TakeStep(symbol) is { } progress)
            {
                return progress;
            }
        }

        return TakeClose(symbol);
    }

    /// <summary>The text ends.</summary>
    /// <returns>False when this is no call.</returns>
    public bool BreakOff()
    {
        _arguments.BreakOff();
        return _step >= _layout.Steps.Count ? _draft.Complete() : _draft.BreakOff();
    }

    private Expectation? Literal(int step)
    {
        var steps = _layout.Steps;
        return steps[step].Kind != CallPartKind.Literal ? null
            : IdMayBeLeftOut(step) ? new Expectation(steps[step].Literal, steps[step + 2].Literal)
            : new Expectation(steps[step].Literal);
    }

    /// <summary>Some models leave out the id, and the literal before it.</summary>
    private bool IdMayBeLeftOut(int step) => _layout.Steps.Skip(step + 1).Take(2).Select(next => next.Kind) is var next
        && next.SequenceEqual([CallPartKind.Id, CallPartKind.Literal]);

    /// <summary>Null when the step is over without the symbol.</summary>
    private CallProgress? TakeStep(int symbol)
    {
        switch (_layout.Steps[_step].Kind)
        {
            case CallPartKind.Literal:
                return TakeLiteral(symbol);
            case CallPartKind.Arguments:
                return TakeArguments(symbol);
            case var kind:
                return TakeWord(kind, symbol);
        }
    }

    private CallProgress TakeLiteral(int symbol)
    {
        var found = _literals[_step]!.Take(symbol);
        _step += found switch { 0 => 1, 1 => 3, _ => 0 };
        return found == Expectation.Fails ? CallProgress.Malformed : CallProgress.More;
    }

    private CallProgress? TakeWord(CallPartKind kind, int symbol)
    {
        if (IsOfWord(kind, symbol) && _word.Length < LongestName)
        {
            _word.Append((char)symbol);
            return CallProgress.More;
        }

        if (_word.Length == 0)
        {
            return MarkerTable.IsSpace(symbol) ? CallProgress.More : CallProgress.Malformed;
        }

        var word = _word.ToString();
        _word.Clear();
        _step++;
        switch (kind)
        {
            case CallPartKind.Name:
                _draft.Name = word;
                break;
            case CallPartKind.Id:
                _draft.Id = word;
                break;
            default:
                _draft.Number = word;
                break;
        }

        return _draft.IsRefused ? CallProgress.Malformed : null;
    }

    private static bool IsOfWord(CallPartKind kind, int symbol) => !MarkerTable.IsToken(symbol) && (kind == CallPartKind.Index
        ? char.IsAsciiDigit((char)symbol)
        : char.IsLetterOrDigit((char)symbol) || (char)symbol is '_' or '-' or '.' or '/');

    private CallProgress? TakeArguments(int symbol)
    {
        var reading = _arguments.Take(symbol);
        if (_draft.IsRefused)
        {
            return CallProgress.Malformed;
        }

        switch (reading)
        {
            case ArgumentProgress.More:
                return CallProgress.More;
            case ArgumentProgress.Done when _draft.Complete():
                _step++;
                return _step == _layout.Steps.Count && _layout.Close.IsEmpty ? CallProgress.Done : CallProgress.More;
            case ArgumentProgress.DoneWithClose when _draft.Complete():
                return CallProgress.Done;
            case ArgumentProgress.DoneBefore:
                _step++;
                return null;
            case ArgumentProgress.Fails when _draft.IsAnnounced:
                // What the client was told cannot be taken back: the arguments end where they break.
                return NotMine(symbol);
            default:
                return CallProgress.Malformed;
        }
    }

    private CallProgress TakeClose(int symbol)
    {
        if (_literals[^1] is not { } close)
        {
            return _draft.IsAnnounced ? NotMine(symbol) : CallProgress.Malformed;
        }

        switch (close.Take(symbol))
        {
            case Expectation.More:
                _unused.Add(symbol);
                return CallProgress.More;
            case Expectation.Fails:
                return _draft.IsAnnounced ? NotMine(symbol) : CallProgress.Malformed;
            default:
                return _draft.Complete() ? CallProgress.Done : CallProgress.Malformed;
        }
    }

    private CallProgress NotMine(int symbol)
    {
        _unused.Add(symbol);
        return CallProgress.DoneBefore;
    }
}
