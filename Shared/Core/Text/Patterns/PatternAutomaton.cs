using System.Globalization;

namespace Rill.Text.Patterns;

/// <summary>
/// Runs a compiled pattern as a deterministic automaton: one step for each code point, whatever the number of choices. Its states are lists
/// of the ways that a backtracking search would try, in its order, so that it prefers the same match; ways after one that has accepted are
/// cut off, as the search would never come to them. A state and its steps are worked out when first needed. What comes next is known when a
/// step is taken, so that a lookahead for one code point and a possessive repetition are decided on the spot; patterns with other
/// lookaheads or with anchors have no automaton. Thread-safe.
/// </summary>
internal sealed class PatternAutomaton
{
    /// <summary>No match begins here.</summary>
    public const int NoMatch = -1;

    /// <summary>The automaton has grown too large to be worth it, and cannot tell.</summary>
    public const int GaveUp = -2;

    private const int LargestProgram = 1_000;
    private const int LargestStateCount = 1_000;

    // Known patterns have some dozens; a counted repetition within another has their product.
    private const int MostWays = 500;

    private readonly Instruction[] _program;
    private readonly CodePointSet[] _sets;
    private readonly CodePointClasses _classes;
    private readonly Dictionary<string, AutomatonState> _states = [];
    private readonly AutomatonState _start;
    private readonly AutomatonState _gaveUp = new([], accepts: false);
    private readonly Lock _lock = new();

    private PatternAutomaton(Instruction[] program, CodePointSet[] sets)
    {
        (_program, _sets, _classes) = (program, sets, new(sets));
        _start = Intern([(0, 0)], accepts: false);
    }

    /// <summary>The automaton of a compiled pattern, or null when it has none.</summary>
    public static PatternAutomaton? TryCreate(Instruction[] program)
    {
        var sets = program.Select(instruction => instruction.Set).OfType<CodePointSet>().Distinct().ToArray();
        var isSuitable = program.Length <= LargestProgram && sets.Length <= CodePointClasses.LargestSetCount;
        return isSuitable && program.Index().All(each => CanRun(each.Item, each.Index)) ? new(program, sets) : null;

        bool CanRun(Instruction instruction, int index) => instruction.Operation switch
        {
            Operation.LineStart or Operation.LineEnd => false,
            Operation.Lookahead or Operation.NegativeLookahead =>
                program[index + 1] is { Operation: Operation.Repeat, Minimum: 1, Maximum: 1 } && program[index + 2].Operation == Operation.Accept,
            _ => true,
        };
    }

    /// <summary>Finds the first match at or after <paramref name="start"/> and returns its end, <see cref="NoMatch"/> or <see cref="GaveUp"/>.</summary>
    public int Find(ReadOnlySpan<char> text, ref int start, EncodingBudget budget)
    {
        while (start < text.Length)
        {
            var end = Match(text, start, budget, out var length);
            if (end != NoMatch)
            {
                return end;
            }

            start += length;
        }

        return NoMatch;
    }

    /// <summary>The end of the match that begins at <paramref name="position"/>, and the length of the code point there.</summary>
    private int Match(ReadOnlySpan<char> text, int position, EncodingBudget budget, out int firstLength)
    {
        var (end, paid) = (NoMatch, position);
        var state = Step(_start, _classes.Read(text, position, out firstLength), budget);
        for (var length = firstLength; !state.IsDeadEnd;)
        {
            position += length;
            state = Step(state, _classes.Read(text, position, out length), budget);
            if (state.Accepts)
            {
                end = position;
            }

            if (position - paid >= EncodingBudget.StepsBetweenLooks)
            {
                budget.Spend(position - paid);
                paid = position;
            }
        }

        budget.Spend(position - paid + 1);
        return state == _gaveUp ? GaveUp : end;
    }

    private AutomatonState Step(AutomatonState state, int classIndex, EncodingBudget budget) =>
        state.Next[classIndex] ?? FindNext(state, classIndex, budget);

    private AutomatonState FindNext(AutomatonState state, int classIndex, EncodingBudget budget)
    {
        lock (_lock)
        {
            if (classIndex == CodePointClasses.Overflow || _states.Count > LargestStateCount)
            {
                return _gaveUp;
            }

            var step = new Advance(this, classIndex);
            foreach (var (instruction, count) in state.Ways)
            {
                step.Follow(instruction, count);
            }

            budget.Spend(step.Looks);
            return state.Next[classIndex] = step.Ways.Count <= MostWays ? Intern([.. step.Ways], step.Accepts) : _gaveUp;
        }
    }

    private AutomatonState Intern((int Instruction, int Count)[] ways, bool accepts)
    {
        var key = string.Join(',', ways.Select(way => string.Create(CultureInfo.InvariantCulture, $"{way.Instruction}:{way.Count}"))) + accepts;
        if (!_states.TryGetValue(key, out var state))
        {
            state = new(ways, accepts);
            _states.Add(key, state);
        }

        return state;
    }

    /// <summary>Takes all ways of a state over one code point, or finds that none leads over it.</summary>
    private sealed class Advance(PatternAutomaton automaton, int classIndex)
    {
        private readonly HashSet<(int Instruction, int Count)> _seen = [];
        private readonly HashSet<(int Instruction, int Count)> _taken = [];

        /// <summary>The ways behind the code point.</summary>
        public List<(int Instruction, int Count)> Ways { get; } = [];

        /// <summary>How many places were looked at: what the step has cost.</summary>
        public int Looks => _seen.Count;

        /// <summary>True once a way has ended before the code point: no later way is looked at.</summary>
        public bool Accepts { get; private set; }

        public void Follow(int at, int count)
        {
            if (Accepts || !_seen.Add((at, count)))
            {
                return;
            }

            var instruction = automaton._program[at];
            switch (instruction.Operation)
            {
                case Operation.Accept:
                    Accepts = true;
                    break;
                case Operation.Repeat:
                    FollowRepeat(instruction, at, count);
                    break;
                case Operation.Split:
                    Follow(instruction.Target, 0);
                    Follow(instruction.Other, 0);
                    break;
                case Operation.Jump:
                    Follow(instruction.Target, 0);
                    break;
                case Operation.Lookahead when IsMember(automaton._program[at + 1]):
                case Operation.NegativeLookahead when !IsMember(automaton._program[at + 1]):
                    Follow(instruction.Target, 0);
                    break;
            }
        }

        private void FollowRepeat(Instruction repeat, int at, int count)
        {
            var mayTake = count < repeat.Maximum && IsMember(repeat);
            var mayLeave = count >= repeat.Minimum;
            if (mayLeave && repeat.Mode == RepeatMode.Lazy)
            {
                Follow(at + 1, 0);
            }

            if (Accepts)
            {
                return;
            }

            if (mayTake)
            {
                Take(repeat, at, count + 1);
            }

            if (mayLeave && (repeat.Mode == RepeatMode.Greedy || (repeat.Mode == RepeatMode.Possessive && !mayTake)))
            {
                Follow(at + 1, 0);
            }
        }

        private void Take(Instruction repeat, int at, int count)
        {
            // Without a maximum it does not matter how often more than enough.
            var kept = repeat.Maximum == int.MaxValue ? Math.Min(count, repeat.Minimum) : count;
            (int Instruction, int Count) way = count == repeat.Maximum ? (at + 1, 0) : (at, kept);
            if (_taken.Add(way))
            {
                Ways.Add(way);
            }
        }

        private bool IsMember(Instruction instruction) =>
            automaton._classes.IsMember(classIndex, Array.IndexOf(automaton._sets, instruction.Set));
    }
}
