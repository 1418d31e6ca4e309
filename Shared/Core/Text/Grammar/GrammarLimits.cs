namespace Rill.Text.Grammar;

/// <summary>What one grammar may cost: a schema that needs more is refused, so that none can take the server's time or memory.</summary>
public sealed record GrammarLimits
{
    /// <summary>Most bytes of a schema's JSON text.</summary>
    public int SchemaBytes { get; init; } = 256 * 1024;

    /// <summary>Most distinct sets of schemas that a value may have to obey.</summary>
    public int Rules { get; init; } = 10_000;

    /// <summary>Most alternatives that all values together have, after anyOf and its like are multiplied out.</summary>
    public int Alternatives { get; init; } = 20_000;

    /// <summary>Most alternatives of one value.</summary>
    public int AlternativesOfOne { get; init; } = 1_000;

    /// <summary>Most alternatives that are looked at, those that come to nothing included.</summary>
    public int Work { get; init; } = 20_000;

    /// <summary>Most states of one string's or number's automaton.</summary>
    public int States { get; init; } = 20_000;

    /// <summary>Most cells of all automata's tables together, of four bytes each.</summary>
    public int Cells { get; init; } = 8_000_000;
}
