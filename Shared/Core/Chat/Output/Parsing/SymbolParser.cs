using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>What parsers by a format share: they take an answer symbol by symbol, and give what they gathered after each token.</summary>
internal abstract class SymbolParser : IAnswerParser
{
    private readonly SymbolReader _symbols;

    /// <summary>A parser of the answers of a model with this tokenizer.</summary>
    protected SymbolParser(ITokenizer tokenizer)
    {
        Markers = new MarkerTable(tokenizer);
        Writer = new AnswerWriter(Markers);
        _symbols = new SymbolReader(Markers, tokenizer);
    }

    /// <inheritdoc/>
    public bool ReadsSpecialTokens => true;

    /// <inheritdoc/>
    public abstract bool IsReasoning { get; }

    /// <summary>The marks that are looked for.</summary>
    protected MarkerTable Markers { get; }

    /// <summary>Where what was read goes.</summary>
    protected AnswerWriter Writer { get; }

    /// <inheritdoc/>
    public void Push(int tokenId, string text, AnswerParts parts)
    {
        Writer.Parts = parts;
        var (plain, marker) = _symbols.Split(tokenId, text);
        TakeText(plain);
        if (marker is { } symbol)
        {
            Take(symbol);
        }

        Writer.Flush();
    }

    /// <inheritdoc/>
    public void Flush(string text, AnswerParts parts)
    {
        Writer.Parts = parts;
        TakeText(text);
        End();
        Writer.Flush();
    }

    /// <summary>Takes ordinary text.</summary>
    protected virtual void TakeText(string text)
    {
        foreach (var character in text)
        {
            Take(character);
        }
    }

    /// <summary>Takes a symbol.</summary>
    protected abstract void Take(int symbol);

    /// <summary>The answer is over: gives what was held back.</summary>
    protected abstract void End();
}
