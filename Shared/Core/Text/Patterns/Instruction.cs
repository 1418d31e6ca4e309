namespace Rill.Text.Patterns;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum Operation
{
    /// <summary>The pattern (or the body of a lookahead) has matched.</summary>
    Accept,

    /// <summary>Match Minimum to Maximum code points of Set.</summary>
    Repeat,

    /// <summary>Try Target first, Other when that fails.</summary>
    Split,

    /// <summary>Go on at Target.</summary>
    Jump,

    /// <summary>Go on at Target when the body that follows, up to its Accept, matches here.</summary>
    Lookahead,

    /// <summary>Go on at Target when the body that follows, up to its Accept, does not match here.</summary>
    NegativeLookahead,

    /// <summary>Stand at the start of a line.</summary>
    LineStart,

    /// <summary>Stand at the end of a line.</summary>
    LineEnd,
}

/// <summary>One step of a compiled pattern; which properties count depends on the operation.</summary>
internal sealed record Instruction(Operation Operation)
{
    public CodePointSet? Set { get; init; }

    public int Minimum { get; init; } = 1;

    public int Maximum { get; init; } = 1;

    public RepeatMode Mode { get; init; }

    public int Target { get; set; }

    public int Other { get; set; }
}
