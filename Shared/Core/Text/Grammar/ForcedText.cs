using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar;

/// <summary>What an answer goes on with, whatever is chosen: at each place the grammar leaves one byte, or one mark of the model's own.</summary>
/// <param name="Symbols">The bytes and marks, in order.</param>
/// <param name="IsEnd">True when the answer is complete behind them: nothing may follow.</param>
internal readonly record struct ForcedText(Symbols Symbols, bool IsEnd)
{
    // Where a text can be read in more ways, asking all of them about each byte takes longer than a guess is worth.
    private const int MostWays = 16;

    /// <summary>Reads on from a place, as far as nothing is to choose.</summary>
    /// <param name="automaton">The grammar's.</param>
    /// <param name="at">The place.</param>
    /// <param name="marks">The tokens that count as themselves.</param>
    /// <param name="most">Most symbols that are read.</param>
    public static ForcedText After(GrammarAutomaton automaton, Configuration at, HashSet<int> marks, int most)
    {
        var symbols = new List<int>();
        while (symbols.Count < most && Only(at, marks) is { } symbol)
        {
            var next = symbol < Symbols.FirstToken
                ? automaton.Walk(at, (byte)symbol)
                : automaton.StepToken(at, symbol - Symbols.FirstToken);
            if (next == Configuration.Dead)
            {
                break;
            }

            symbols.Add(symbol);
            at = next;
        }

        return new(new([.. symbols]), at.IsComplete);
    }

    /// <summary>The only symbol that may follow; null where there are others, or the answer may end.</summary>
    /// <remarks>The machines are asked, not the automaton, which would make a configuration for each byte that it is asked about.</remarks>
    private static int? Only(Configuration at, HashSet<int> marks)
    {
        var only = (int?)null;
        foreach (var frame in at.IsAccepting || at.Frames.Length > MostWays ? [] : at.Frames)
        {
            if (frame.Machine.TakesAnyToken(frame.State))
            {
                return null;
            }

            for (var next = 0; next <= byte.MaxValue; next++)
            {
                if (IsAnother(frame.Machine.Step(frame.State, (byte)next), next, ref only))
                {
                    return null;
                }
            }

            foreach (var mark in marks)
            {
                if (IsAnother(frame.Machine.StepToken(frame.State, mark), Symbols.FirstToken + mark, ref only))
                {
                    return null;
                }
            }
        }

        return only;
    }

    /// <summary>True when a symbol is possible and another one is too; notes the first one that is.</summary>
    private static bool IsAnother(Move move, int symbol, ref int? only)
    {
        if (move.Kind == MoveKind.None || only == symbol)
        {
            return false;
        }

        var isAnother = only is not null;
        only ??= symbol;
        return isAnother;
    }
}
