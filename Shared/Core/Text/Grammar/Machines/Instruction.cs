namespace Rill.Text.Grammar.Machines;

/// <summary>What a program does at one place.</summary>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Symbols">What is read literally.</param>
/// <param name="Value">What reads a value.</param>
/// <param name="Number">The most characters of white space, or the place to go to.</param>
internal readonly record struct Instruction(InstructionKind Kind, Symbols Symbols = default, Rule? Value = null, int Number = 0);

/// <summary>Kinds of instructions.</summary>
internal enum InstructionKind
{
    /// <summary>Reads symbols.</summary>
    Literal,

    /// <summary>Reads a value by a rule.</summary>
    Value,

    /// <summary>Reads a value by a rule, whose end is the end of the program.</summary>
    LastValue,

    /// <summary>Reads spaces and line ends, or nothing.</summary>
    Gap,

    /// <summary>Goes on behind itself as well as at another place.</summary>
    Fork,

    /// <summary>Goes on at another place.</summary>
    Jump,
}
