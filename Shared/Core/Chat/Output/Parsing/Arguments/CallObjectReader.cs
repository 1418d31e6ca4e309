using System.Text;
using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>
/// A JSON object that is the whole call: name, arguments and perhaps an id stand at their paths, in any order. The arguments pass as they
/// were written.
/// </summary>
internal sealed class CallObjectReader(CallLayout layout, CallDraft draft) : ArgumentReader
{
    private readonly ArgumentEncoding _encoding = layout.Format.Arguments;
    private readonly JsonCursor _cursor = new();
    private readonly JsonTextDecoder _decoder = new();
    private readonly StringBuilder _value = new();
    private Member _member;         // the one whose value is being read
    private int _memberDepth;
    private bool _isText;           // its value is a string

    private enum Member
    {
        Other,
        Name,
        Id,
        Arguments,
        NoArguments,
    }

    /// <inheritdoc/>
    public override void Begin()
    {
        _cursor.Reset();
        _value.Clear();
        _member = Member.Other;
    }

    /// <inheritdoc/>
    public override ArgumentProgress Take(int symbol)
    {
        var around = _cursor.Depth;
        if (around == 0 && symbol != '{')
        {
            return MarkerTable.IsSpace(symbol) ? ArgumentProgress.More : ArgumentProgress.Fails;
        }

        var events = _cursor.Take(symbol);
        if (events.HasFlag(JsonEvents.WordEnd) && _member != Member.Other && around == _memberDepth)
        {
            EndMember();
        }

        if (events.HasFlag(JsonEvents.Invalid) || (events.HasFlag(JsonEvents.Key) && !MayHold(_cursor.KeyAt(_cursor.Depth - 1)!)))
        {
            return ArgumentProgress.Fails;
        }

        var begins = events.HasFlag(JsonEvents.Start) && _member == Member.Other && around > 0;
        if (begins && !BeginMember(around, symbol))
        {
            return ArgumentProgress.Fails;
        }

        var ends = events.HasFlag(JsonEvents.End) && _cursor.Depth == _memberDepth;
        if (_member != Member.Other)
        {
            Keep(symbol, isQuote: _isText && (begins || ends));
            if (ends)
            {
                EndMember();
            }
        }

        return _cursor.IsDone ? ArgumentProgress.Done : ArgumentProgress.More;
    }

    /// <summary>What no mark announces is a call only with the members of one.</summary>
    private bool MayHold(string key) => !layout.Format.IsBare || _cursor.Depth > 1 || draft.IsAnnounced || _encoding.Kind == ArgumentKind.NameIsKey
        || key == "type" || Begins(_encoding.NamePath) || Begins(_encoding.ArgumentsPath) || Begins(_encoding.IdPath);

    private bool Begins(IReadOnlyList<string> path) => path.Count > 0 && path[0] == _cursor.KeyAt(0);

    private bool BeginMember(int depth, int symbol)
    {
        _member = MemberAt(depth);
        if (_member == Member.Other)
        {
            return true;
        }

        (_memberDepth, _isText) = (depth, symbol == '"');
        _decoder.Reset();
        _value.Clear();
        if (_member == Member.Arguments && symbol is not ('{' or '"'))
        {
            // Only null says that there are none.
            _member = Member.NoArguments;
            return symbol == 'n';
        }

        return _member != Member.Name || _isText;
    }

    private Member MemberAt(int depth)
    {
        if (_encoding.Kind == ArgumentKind.NameIsKey)
        {
            var isCall = depth == 1 && draft.Name is null;
            draft.Name ??= _cursor.KeyAt(0);
            return isCall ? Member.Arguments : Member.Other;
        }

        return Is(_encoding.NamePath) && draft.Name is null ? Member.Name
            : Is(_encoding.IdPath) && draft.Id is null ? Member.Id
            : Is(_encoding.ArgumentsPath) ? Member.Arguments
            : Member.Other;

        bool Is(IReadOnlyList<string> path) => path.Count == depth && _cursor.IsAt(path);
    }

    private void Keep(int symbol, bool isQuote)
    {
        if (isQuote)
        {
            return;
        }

        foreach (var character in layout.Markers.Spell(symbol))
        {
            Give(_isText ? _decoder.Take(character) : character.ToString());
        }
    }

    private void Give(string text)
    {
        if (_member == Member.Arguments && text.Length > 0)
        {
            draft.Append(text);
        }
        else if (_member is Member.Name or Member.Id)
        {
            _value.Append(text);
        }
    }

    private void EndMember()
    {
        Give(_decoder.Flush());
        if (_member == Member.Name)
        {
            draft.Name = _value.Length > 0 ? _value.ToString() : null;
        }
        else if (_member == Member.Id)
        {
            draft.Id = _value.ToString() is { Length: > 0 } id && id != "null" ? id : null;
        }

        _member = Member.Other;
        draft.Release();
    }
}
