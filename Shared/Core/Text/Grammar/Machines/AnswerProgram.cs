namespace Rill.Text.Grammar.Machines;

/// <summary>Writes programs.</summary>
internal sealed class AnswerProgram
{
    private const int ToEnd = -1;

    private readonly List<Instruction> _instructions = [];

    /// <summary>The place behind the last instruction.</summary>
    public int Here => _instructions.Count;

    /// <summary>The whole answer is one value. A space or line end may come before it: some tokenizers put one before every text.</summary>
    public static ProgramMachine Of(Rule value) => new AnswerProgram().Gap(1).Value(value).Build();

    /// <summary>Reads symbols.</summary>
    public AnswerProgram Literal(Symbols symbols) => Add(new(InstructionKind.Literal, symbols));

    /// <summary>Reads a text.</summary>
    public AnswerProgram Literal(string text) => Literal(Symbols.Of(text));

    /// <summary>Reads a value.</summary>
    public AnswerProgram Value(Rule value) => Add(new(InstructionKind.Value, Value: value));

    /// <summary>Reads a value by one machine.</summary>
    public AnswerProgram Value(Machine machine) => Value(new Rule { Machines = [machine] });

    /// <summary>Reads a value and ends; nothing waits for its end, however often values end in values.</summary>
    public AnswerProgram LastValue(Rule value) => Add(new(InstructionKind.LastValue, Value: value));

    /// <summary>Reads a value again and again.</summary>
    /// <param name="value">The value.</param>
    /// <param name="least">Least times.</param>
    /// <param name="most">Most times; int.MaxValue for no bound.</param>
    public AnswerProgram Repeat(Rule value, int least, int most)
    {
        for (var count = 0; count < least; count++)
        {
            Value(value);
        }

        if (most == int.MaxValue)
        {
            var start = Here;
            return Optional(program => program.Value(value).Jump(start));
        }

        // Each of the others may be the one that is missing, and then all behind it are.
        var behind = Here + (2 * (most - least));
        for (var count = least; count < most; count++)
        {
            Fork(behind).Value(value);
        }

        return this;
    }

    /// <summary>Reads so many spaces and line ends, or fewer.</summary>
    public AnswerProgram Gap(int most) => Add(new(InstructionKind.Gap, Number: most));

    /// <summary>Reads a space, or nothing.</summary>
    public AnswerProgram Space() => Optional(program => program.Literal(" "));

    /// <summary>Goes to a place, or on.</summary>
    public AnswerProgram Fork(int to) => Add(new(InstructionKind.Fork, Number: to));

    /// <summary>Goes back to a place.</summary>
    public AnswerProgram Jump(int to) => Add(new(InstructionKind.Jump, Number: to));

    /// <summary>Ends.</summary>
    public AnswerProgram Finish() => Jump(ToEnd);

    /// <summary>Reads what is written next, or nothing of it.</summary>
    public AnswerProgram Optional(Action<AnswerProgram> write)
    {
        var fork = Here;
        Add(default);
        write(this);
        _instructions[fork] = new(InstructionKind.Fork, Number: Here);
        return this;
    }

    /// <summary>The machine that does it.</summary>
    public ProgramMachine Build() =>
        new([.. _instructions.Select(instruction => instruction.Number == ToEnd ? instruction with { Number = Here } : instruction)]);

    private AnswerProgram Add(Instruction instruction)
    {
        _instructions.Add(instruction);
        return this;
    }
}
