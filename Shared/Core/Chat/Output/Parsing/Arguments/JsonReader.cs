namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>
/// Arguments that are a JSON object, or a JSON string that holds one. The object passes as it was written; it ends where its last bracket is
/// closed.
/// </summary>
internal sealed class JsonReader(MarkerTable markers, CallDraft draft) : ArgumentReader
{
    private readonly JsonCursor _cursor = new();
    private readonly JsonTextDecoder _decoder = new();
    private bool _hasBegun;
    private bool _isText;

    /// <inheritdoc/>
    public override void Begin()
    {
        _cursor.Reset();
        _decoder.Reset();
        (_hasBegun, _isText) = (false, false);
    }

    /// <inheritdoc/>
    public override ArgumentProgress Take(int symbol)
    {
        if (!_hasBegun)
        {
            if (symbol is not ('{' or '"'))
            {
                return MarkerTable.IsSpace(symbol) ? ArgumentProgress.More : ArgumentProgress.DoneBefore;
            }

            (_hasBegun, _isText) = (true, symbol == '"');
            _cursor.Take(symbol);
            Give(_isText ? "" : "{");
            return ArgumentProgress.More;
        }

        if (_cursor.Take(symbol).HasFlag(JsonEvents.Invalid))
        {
            return ArgumentProgress.Fails;
        }

        Give(!_isText ? markers.Spell(symbol)
            : _cursor.IsDone ? _decoder.Flush()
            : Decode(markers.Spell(symbol)));
        return _cursor.IsDone ? ArgumentProgress.Done : ArgumentProgress.More;
    }

    private string Decode(string text) => string.Concat(text.Select(_decoder.Take));

    private void Give(string json)
    {
        if (json.Length > 0)
        {
            draft.Append(json);
        }
    }
}
