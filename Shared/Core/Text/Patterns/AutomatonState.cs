namespace Rill.Text.Patterns;

/// <summary>
/// Where a match may stand: the ways to go on, the preferred first. A way is an instruction and, within a repetition, how often it has
/// matched.
/// </summary>
/// <param name="ways">The ways, none for a dead end.</param>
/// <param name="accepts">True when a match ended before the code point that led here.</param>
internal sealed class AutomatonState((int Instruction, int Count)[] ways, bool accepts)
{
    /// <summary>The ways to go on.</summary>
    public (int Instruction, int Count)[] Ways { get; } = ways;

    /// <summary>True when a match ended before the code point that led here.</summary>
    public bool Accepts { get; } = accepts;

    /// <summary>True when the match goes no further.</summary>
    public bool IsDeadEnd { get; } = ways.Length == 0;

    /// <summary>The state after a code point of each class, where already known.</summary>
    public AutomatonState?[] Next { get; } = ways.Length == 0 ? [] : new AutomatonState?[CodePointClasses.Count];
}
