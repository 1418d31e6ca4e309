namespace Rill.TrainModel.Corpus;

/// <summary>Asks for thinking in some conversations, and gives those answers a thought that have none of their own.</summary>
internal sealed class Thoughts(Grammar grammar, Dice dice)
{
    private const int Quotable = 110;    // characters of a question that a thought says again

    /// <summary>The conversation with a thought before every answer after the last question.</summary>
    public Conversation Add(Conversation conversation)
    {
        var turns = conversation.Turns.ToList();
        var last = turns.FindLastIndex(turn => turn.Role == Role.User);
        for (var i = last + 1; i < turns.Count; i++)
        {
            if (turns[i] is { Role: Role.Assistant, Thought: "" })
            {
                turns[i] = turns[i] with { Thought = Think(turns[0], turns[last].Text) };
            }
        }

        return conversation with { Turns = turns, Thinks = true };
    }

    private string Think(Turn first, string question)
    {
        var bindings = new Dictionary<string, string> { ["question"] = question, ["system"] = first.Text };
        var rule = question.Length > Quotable || question.Contains('\n', StringComparison.Ordinal) ? "think_long"
            : first.Role == Role.System && first.Text.Length < Quotable && dice.Chance(0.7) ? "think_system"
            : "think_plain";
        return grammar.Expand($"{{{rule}}}", bindings, dice);
    }
}
