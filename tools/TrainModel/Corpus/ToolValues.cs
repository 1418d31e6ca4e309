using System.Globalization;

namespace Rill.TrainModel.Corpus;

/// <summary>What tools are asked about and what they answer: places, people, numbers, texts.</summary>
internal sealed class ToolValues(Grammar grammar, NameMaker names, Dice dice)
{
    private static readonly string[] s_bound = ["sky", "room", "things", "sent_word", "state_on", "order_state", "done_word", "day"];

    /// <summary>New values by the names that the grammar binds them to.</summary>
    public Dictionary<string, string> Draw()
    {
        var (n, m) = (dice.Between(1, 60), dice.Between(2, 99));
        var sign = dice.Pick(["+", "-", "*"]);
        var bindings = new Dictionary<string, string>
        {
            ["who"] = names.Next().Name,
            ["friend"] = names.Next().Name,
            ["word"] = names.Word(),
            ["title"] = string.Join(' ', Enumerable.Range(0, dice.Between(1, 2)).Select(_ => English.Capitalise(names.Word()))),
            ["n"] = dice.Chance(0.7) ? $"{n}" : names.Digits(2, 4),
            ["m"] = dice.Chance(0.7) ? $"{m}" : names.Digits(2, 4),
            ["price"] = dice.Chance(0.5) ? names.Price() : $"{m}",
            ["code"] = names.Code(),
            ["degrees"] = $"{dice.Between(-9, 38)}",
            ["clock"] = names.Clock(),
            ["place_name"] = names.Place(),
            ["other_place"] = names.Place(),
            ["unit"] = dice.Pick(["celsius", "fahrenheit"]),
            ["loop"] = "true",
            ["loop_words"] = "",
            ["expression"] = $"{names.Digits(1, 3)} {sign} {names.Digits(1, 3)}{(dice.Chance(0.2) ? $" {sign} {names.Digits(1, 2)}" : "")}",
            ["value"] = names.Digits(1, 5),
        };
        BindResults(bindings);
        foreach (var rule in s_bound)
        {
            bindings[rule] = grammar.Expand($"{{{rule}}}", bindings, dice);
        }

        bindings["said"] = English.Tidy(grammar.Expand("{said}", bindings, dice));
        bindings["goods"] = dice.Chance(0.4) ? bindings["things"] : names.Word();
        bindings["thing_query"] = dice.Chance(0.5) ? bindings["goods"] : $"{names.Word()} {bindings["things"]}";
        return bindings;
    }

    private static void BindResults(Dictionary<string, string> bindings)
    {
        var (n, m) = (long.Parse(bindings["n"], CultureInfo.InvariantCulture), long.Parse(bindings["m"], CultureInfo.InvariantCulture));
        (bindings["sum"], bindings["product"]) = ($"{n + m}", $"{n * m}");
    }
}
