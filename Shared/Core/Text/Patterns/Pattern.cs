namespace Rill.Text.Patterns;

/// <summary>
/// A regular expression over code points, with the semantics of Oniguruma as tokenizer files expect it. .NET's own Regex works on UTF-16
/// units: there \p{L} misses every letter beyond U+FFFF. Immutable and thread-safe.
/// </summary>
internal sealed class Pattern
{
    private readonly Instruction[] _program;
    private readonly PatternAutomaton? _automaton;

    /// <summary>Parses and compiles an expression; throws <see cref="PatternSyntaxException"/> for what it does not support.</summary>
    public Pattern(string source)
    {
        var node = PatternParser.Parse(source);
        MatchesEmpty = node.MatchesEmpty;
        _program = PatternCompiler.Compile(node);
        _automaton = MatchesEmpty ? null : PatternAutomaton.TryCreate(_program);
    }

    /// <summary>True when the expression can match the empty text.</summary>
    public bool MatchesEmpty { get; }

    /// <summary>
    /// A <see cref="MatchFinder"/>: finds the first match, which may be empty, at or after <paramref name="from"/>; false when there is none.
    /// </summary>
    /// <exception cref="EncodingLimitException">The search costs more than the budget allows.</exception>
    public bool Find(ReadOnlySpan<char> text, int from, EncodingBudget budget, out int start, out int end)
    {
        if (_automaton is not null)
        {
            start = from;
            end = _automaton.Find(text, ref start, budget);
            if (end != PatternAutomaton.GaveUp)
            {
                return end != PatternAutomaton.NoMatch;
            }
        }

        return FindByBacktracking(text, from, budget, out start, out end);
    }

    /// <summary>Finds as <see cref="Find"/> does, by trying one way after the other: what every automaton must agree with.</summary>
    public bool FindByBacktracking(ReadOnlySpan<char> text, int from, EncodingBudget budget, out int start, out int end)
    {
        var last = MatchesEmpty ? text.Length : text.Length - 1;
        for (start = from; start <= last; start++)
        {
            if (!CodePoint.SplitsPair(text, start) && (end = Match(text, start, pc: 0, budget)) >= start)
            {
                return true;
            }
        }

        end = start;
        return false;
    }

    /// <summary>The end of the match that begins at <paramref name="position"/> with instruction <paramref name="pc"/>, or -1.</summary>
    private int Match(ReadOnlySpan<char> text, int position, int pc, EncodingBudget budget)
    {
        Span<BacktrackPoint> initial = stackalloc BacktrackPoint[16];
        var stack = new BacktrackStack(initial);
        while (true)
        {
            budget.Spend(1);
            var instruction = _program[pc];
            switch (instruction.Operation)
            {
                case Operation.Accept:
                    return position;
                case Operation.Repeat when Repeat(text, ref position, instruction, pc, ref stack, budget):
                    pc++;
                    continue;
                case Operation.Split:
                    pc = Choose(text, position, instruction, ref stack);
                    continue;
                case Operation.Jump:
                    pc = instruction.Target;
                    continue;
                case Operation.Lookahead when Match(text, position, pc + 1, budget) >= 0:
                case Operation.NegativeLookahead when Match(text, position, pc + 1, budget) < 0:
                    pc = instruction.Target;
                    continue;
                case Operation.LineStart when position == 0 || text[position - 1] == '\n':
                case Operation.LineEnd when position == text.Length || text[position] == '\n':
                    pc++;
                    continue;
            }

            if (!Backtrack(text, ref position, ref pc, ref stack))
            {
                return -1;
            }
        }
    }

    private int Choose(ReadOnlySpan<char> text, int position, Instruction split, ref BacktrackStack stack)
    {
        // Most choices fail at their first character: see that here, without a place to return to.
        var first = _program[split.Target];
        if (first is { Operation: Operation.Repeat, Minimum: > 0 }
            && (position >= text.Length || !first.Set!.Contains(CodePoint.Read(text, position, out _))))
        {
            return split.Other;
        }

        stack.Push(new(split.Other, position, position, MayGrow: 0));
        return split.Target;
    }

    private bool Repeat(
        ReadOnlySpan<char> text, ref int position, Instruction repeat, int pc, ref BacktrackStack stack, EncodingBudget budget)
    {
        var isLazy = repeat.Mode == RepeatMode.Lazy;
        var wanted = isLazy ? repeat.Minimum : repeat.Maximum;
        var set = repeat.Set!;
        var (count, floor) = (0, position);
        while (count < wanted && position < text.Length && set.Contains(CodePoint.Read(text, position, out var length)))
        {
            position += length;
            budget.Spend(1);
            if (++count == repeat.Minimum)
            {
                floor = position;
            }
        }

        if (count < repeat.Minimum)
        {
            return false;
        }

        if (isLazy && repeat.Maximum > repeat.Minimum)
        {
            stack.Push(new(pc + 1, position, position, repeat.Maximum - repeat.Minimum));
        }
        else if (position > floor && repeat.Mode == RepeatMode.Greedy && _program[pc + 1].Operation != Operation.Accept)
        {
            stack.Push(new(pc + 1, CodePoint.StepBack(text, position), floor, MayGrow: 0));
        }

        return true;
    }

    private bool Backtrack(ReadOnlySpan<char> text, ref int position, ref int pc, ref BacktrackStack stack)
    {
        while (stack.Count > 0)
        {
            var point = stack.Pop();
            (pc, position) = (point.Next, point.Position);
            if (point.MayGrow == 0)
            {
                if (position > point.Floor)
                {
                    stack.Push(point with { Position = CodePoint.StepBack(text, position) });
                }

                return true;
            }

            // A lazy repetition: its instruction stands just before the place to go on.
            if (position < text.Length && _program[pc - 1].Set!.Contains(CodePoint.Read(text, position, out var length)))
            {
                position += length;
                if (point.MayGrow > 1)
                {
                    stack.Push(new(pc, position, position, point.MayGrow - 1));
                }

                return true;
            }
        }

        return false;
    }
}
