using Rill.Chat.Format;

namespace Rill.Chat.Output.Parsing;

/// <summary>A <see cref="ToolFormat"/> as a parser goes through it.</summary>
internal sealed class CallLayout
{
    /// <summary>Lays a format out.</summary>
    public CallLayout(ToolFormat format, MarkerTable markers)
    {
        var leading = format.Call.TakeWhile(part => part.Kind == CallPartKind.Literal).Select(part => part.Text).ToList();
        var middle = format.Call.Skip(leading.Count).ToList();
        var trailing = middle.AsEnumerable().Reverse().TakeWhile(part => part.Kind == CallPartKind.Literal).Select(part => part.Text).Reverse().ToList();
        Format = format;
        Markers = markers;
        Steps = [.. middle.SkipLast(trailing.Count).Select(part => new CallStep(part.Kind, SymbolPattern.Of(markers, part.Text)))];
        Close = SymbolPattern.Of(markers, [.. trailing, format.Close]);
        SectionEnd = SymbolPattern.Of(markers, format.SectionEnd);
        var open = SymbolPattern.Of(markers, [format.Open, .. leading]);
        var first = SymbolPattern.Of(markers, [format.SectionStart, format.Open, .. leading]);
        var next = SymbolPattern.Of(markers, [format.Separator, format.Open, .. leading]);
        Openers = format.IsBare ? [.. NonEmpty(format.StartIsOptional ? [first] : [])]
            : format.StartIsOptional ? [first, open]
            : [first];
        BareOpener = format.IsBare ? format.StartIsOptional ? open : first : null;
        Continuations = [.. NonEmpty(format.Separator.Length > 0 ? [next, open] : [next])];
    }

    /// <summary>What was laid out.</summary>
    public ToolFormat Format { get; }

    /// <summary>Knows the symbols.</summary>
    public MarkerTable Markers { get; }

    /// <summary>What opens an answer's calls, and the first of them; each begins with a mark of its own.</summary>
    public IReadOnlyList<SymbolPattern> Openers { get; }

    /// <summary>Brackets that open it at the beginning of a line; empty where the call's own text does; null where that is not looked for.</summary>
    public SymbolPattern? BareOpener { get; }

    /// <summary>What opens another call after one.</summary>
    public IReadOnlyList<SymbolPattern> Continuations { get; }

    /// <summary>What closes the last one; may be empty.</summary>
    public SymbolPattern SectionEnd { get; }

    /// <summary>A call's parts after what opens it, up to what closes it.</summary>
    public IReadOnlyList<CallStep> Steps { get; }

    /// <summary>What closes a call; may be empty.</summary>
    public SymbolPattern Close { get; }

    private static IEnumerable<SymbolPattern> NonEmpty(IEnumerable<SymbolPattern> patterns) => patterns.Where(pattern => !pattern.IsEmpty);
}

/// <summary>A part of a call.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Literal">A literal's text.</param>
internal sealed record CallStep(CallPartKind Kind, SymbolPattern Literal);
