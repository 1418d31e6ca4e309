namespace Rill.Text.Patterns;

/// <summary>How a repetition gives characters back: longest first, shortest first, or never.</summary>
internal enum RepeatMode
{
    Greedy,
    Lazy,
    Possessive,
}

/// <summary>A parsed regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>True when the node can match the empty text.</summary>
    public abstract bool MatchesEmpty { get; }
}

internal sealed record SetNode(CodePointSet Set) : PatternNode
{
    public override bool MatchesEmpty => false;
}

internal sealed record SequenceNode(IReadOnlyList<PatternNode> Parts) : PatternNode
{
    public override bool MatchesEmpty => Parts.All(part => part.MatchesEmpty);
}

internal sealed record AlternationNode(IReadOnlyList<PatternNode> Choices) : PatternNode
{
    public override bool MatchesEmpty => Choices.Any(choice => choice.MatchesEmpty);
}

/// <summary>A repetition; <paramref name="Maximum"/> is int.MaxValue when there is none.</summary>
internal sealed record RepeatNode(PatternNode Body, int Minimum, int Maximum, RepeatMode Mode) : PatternNode
{
    public override bool MatchesEmpty => Minimum == 0 || Body.MatchesEmpty;
}

internal sealed record LookaheadNode(PatternNode Body, bool IsNegative) : PatternNode
{
    public override bool MatchesEmpty => true;
}

/// <summary>The start or the end of a line: Oniguruma's ^ and $.</summary>
internal sealed record AnchorNode(bool IsStart) : PatternNode
{
    public override bool MatchesEmpty => true;
}
