namespace Rill.Text.Patterns;

/// <summary>Turns a parsed pattern into instructions.</summary>
internal sealed class PatternCompiler
{
    private const int LargestProgram = 20_000;

    private readonly List<Instruction> _program = [];
    private int _nodes;

    /// <summary>Compiles a pattern; the last instruction accepts.</summary>
    public static Instruction[] Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Emit(node);
        compiler.Add(new(Operation.Accept));
        return [.. compiler._program];
    }

    private Instruction Add(Instruction instruction)
    {
        CheckSize(_program.Count);
        _program.Add(instruction);
        return instruction;
    }

    private void Emit(PatternNode node)
    {
        // Nodes are counted too, because an empty group has no instruction.
        CheckSize(_nodes++);
        switch (node)
        {
            case SetNode set:
                Add(new(Operation.Repeat) { Set = set.Set });
                break;
            case SequenceNode sequence:
                sequence.Parts.ToList().ForEach(Emit);
                break;
            case AlternationNode alternation:
                EmitChoices(alternation.Choices);
                break;
            case RepeatNode { Body: SetNode body } repeat:
                Add(new(Operation.Repeat)
                {
                    Set = body.Set,
                    Minimum = repeat.Minimum,
                    Maximum = repeat.Maximum,
                    Mode = repeat.Mode,
                });
                break;
            case RepeatNode repeat:
                EmitGroupRepetition(repeat);
                break;
            case LookaheadNode look:
                EmitLookahead(look);
                break;
            case AnchorNode anchor:
                Add(new(anchor.IsStart ? Operation.LineStart : Operation.LineEnd));
                break;
            default:
                throw new InvalidOperationException($"No code for {node.GetType().Name}.");
        }
    }

    private static void CheckSize(int count)
    {
        if (count >= LargestProgram)
        {
            throw new PatternSyntaxException("a regular expression is too large: lower its counted repetitions");
        }
    }

    private void EmitLookahead(LookaheadNode look)
    {
        var start = Add(new(look.IsNegative ? Operation.NegativeLookahead : Operation.Lookahead));
        Emit(look.Body);
        Add(new(Operation.Accept));
        start.Target = _program.Count;
    }

    private void EmitChoices(IReadOnlyList<PatternNode> choices)
    {
        var ends = new List<Instruction>();
        for (var index = 0; index < choices.Count - 1; index++)
        {
            var split = Add(new(Operation.Split));
            split.Target = _program.Count;
            Emit(choices[index]);
            ends.Add(Add(new(Operation.Jump)));
            split.Other = _program.Count;
        }

        Emit(choices[^1]);
        ends.ForEach(end => end.Target = _program.Count);
    }

    private void EmitGroupRepetition(RepeatNode repeat)
    {
        for (var count = 0; count < repeat.Minimum; count++)
        {
            Emit(repeat.Body);
        }

        if (repeat.Maximum == int.MaxValue)
        {
            var loop = _program.Count;
            var split = Add(new(Operation.Split));
            Emit(repeat.Body);
            Add(new(Operation.Jump) { Target = loop });
            Aim(split, body: loop + 1, after: _program.Count, repeat.Mode);
            return;
        }

        var splits = new List<(Instruction Split, int Body)>();
        for (var count = repeat.Minimum; count < repeat.Maximum; count++)
        {
            splits.Add((Add(new(Operation.Split)), _program.Count));
            Emit(repeat.Body);
        }

        splits.ForEach(each => Aim(each.Split, each.Body, _program.Count, repeat.Mode));
    }

    private static void Aim(Instruction split, int body, int after, RepeatMode mode) =>
        (split.Target, split.Other) = mode == RepeatMode.Lazy ? (after, body) : (body, after);
}
