namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Collects the symbols that a word's merging starts from. What has no token becomes the unknown token, if the model has one, else nothing;
/// unknown neighbours become one token where the model fuses them. As in the reference, an unknown token waits for the next known character
/// or the end: tokens of single bytes pass it.
/// </summary>
internal ref struct SymbolBuffer(Span<int> symbols, UnknownToken unknown)
{
    private readonly Span<int> _symbols = symbols;
    private int _count;
    private bool _isUnknownPending;

    /// <summary>Adds a character's or byte's own token.</summary>
    public void Add(int token)
    {
        AddPending();
        _symbols[_count++] = token;
    }

    /// <summary>Adds the token of one byte of a character that has no token of its own.</summary>
    public void AddFallback(int token) => _symbols[_count++] = token;

    /// <summary>Adds something that has no token.</summary>
    public void AddUnknown()
    {
        if (!unknown.Fuses)
        {
            AddPending();
        }

        _isUnknownPending = unknown.Id >= 0;
    }

    /// <summary>The symbols.</summary>
    public Span<int> Finish()
    {
        AddPending();
        return _symbols[.._count];
    }

    private void AddPending()
    {
        if (_isUnknownPending)
        {
            _symbols[_count++] = unknown.Id;
            _isUnknownPending = false;
        }
    }
}
