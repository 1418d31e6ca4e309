namespace Rill.Chat.Output.Parsing;

/// <summary>A fixed text as symbols, in which each run of white space stands for any run, none included.</summary>
internal sealed class SymbolPattern
{
    /// <summary>Any white space, in <see cref="Symbols"/>.</summary>
    public const int Space = -1;

    private SymbolPattern(int[] symbols) => Symbols = symbols;

    /// <summary>Nothing.</summary>
    public static SymbolPattern Empty { get; } = new([]);

    /// <summary>The symbols; it neither begins nor ends with <see cref="Space"/>.</summary>
    public IReadOnlyList<int> Symbols { get; }

    /// <summary>True when it matches nothing at all.</summary>
    public bool IsEmpty => Symbols.Count == 0;

    /// <summary>The symbols before the first white space.</summary>
    public int[] Head => [.. Symbols.TakeWhile(symbol => symbol != Space)];

    /// <summary>What follows <see cref="Head"/>.</summary>
    public SymbolPattern Rest => new([.. Symbols.SkipWhile(symbol => symbol != Space).SkipWhile(symbol => symbol == Space)]);

    /// <summary>Texts, one after another, with white space between them or none.</summary>
    public static SymbolPattern Of(MarkerTable markers, params IEnumerable<string> texts)
    {
        var symbols = new List<int>();
        foreach (var text in texts)
        {
            Append(symbols, Space);
            foreach (var symbol in markers.Compile(text))
            {
                Append(symbols, MarkerTable.IsSpace(symbol) ? Space : symbol);
            }
        }

        return new([.. symbols is [.., Space] ? symbols.SkipLast(1) : symbols]);
    }

    private static void Append(List<int> symbols, int symbol)
    {
        if (symbol != Space || (symbols.Count > 0 && symbols[^1] != Space))
        {
            symbols.Add(symbol);
        }
    }
}
