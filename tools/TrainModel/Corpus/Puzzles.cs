namespace Rill.TrainModel.Corpus;

/// <summary>Small puzzles of two steps (a comparison, a sum, a chain), each with the thought that solves it.</summary>
internal sealed class Puzzles(Grammar grammar, NameMaker names, Dice dice)
{
    /// <summary>One puzzle; thinking is asked for more often than not.</summary>
    public Conversation Next()
    {
        var bindings = DrawNames();
        var table = dice.Pick(["compare", "addition", "chain"]);
        if (table == "compare")
        {
            DrawComparison(bindings);
        }
        else if (table == "addition")
        {
            DrawSum(bindings);
        }

        grammar.Bind(table, bindings, dice);
        return new Conversation([
            Turn.User(English.Tidy(bindings["question"])),
            Turn.Assistant(English.Tidy(bindings["answer"]), English.Tidy(bindings["thought"]))]) { Thinks = dice.Chance(0.7) };
    }

    private Dictionary<string, string> DrawNames()
    {
        var who = names.Next().Name;
        var whom = names.Other(who);
        var bindings = new Dictionary<string, string> { ["who"] = who, ["whom"] = whom, ["third"] = names.Other(who, whom), ["town"] = names.Place() };
        bindings["goods"] = dice.Chance(0.5) ? names.Word() : grammar.Expand("{things}", bindings, dice);
        bindings["place"] = grammar.Expand("{puzzle_place}", bindings, dice);
        bindings["colour"] = grammar.Expand("{colour}", bindings, dice);
        return bindings;
    }

    /// <summary>Two numbers of two digits that differ in their tens.</summary>
    private void DrawComparison(Dictionary<string, string> bindings)
    {
        var (a, b) = (dice.Between(10, 99), dice.Between(10, 99));
        while (a / 10 == b / 10)
        {
            b = dice.Between(10, 99);
        }

        var (big, small) = (Math.Max(a, b), Math.Min(a, b));
        (bindings["a"], bindings["b"], bindings["big"], bindings["small"]) = ($"{a}", $"{b}", $"{big}", $"{small}");
        bindings["tens_thought"] = $"{a} has {a / 10} tens and {b} has {b / 10} tens. {big / 10} is more than {small / 10},";
        bindings["elder"] = a > b ? bindings["who"] : bindings["whom"];
        bindings["yes_larger"] = a > b ? "yes" : "no";
    }

    private void DrawSum(Dictionary<string, string> bindings)
    {
        var (d, e, f) = (dice.Between(1, 9), dice.Between(1, 9), dice.Between(1, 5));
        (bindings["d"], bindings["e"], bindings["f"], bindings["de"], bindings["def"]) = ($"{d}", $"{e}", $"{f}", $"{d + e}", $"{d + e + f}");
    }
}
