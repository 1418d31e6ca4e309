namespace Rill.TrainModel.Corpus;

/// <summary>
/// The tools of the corpus. Names of tools and parameters vary and are partly invented, so that the model learns to copy them from the
/// definitions that it is given.
/// </summary>
internal sealed class ToolShelf(Grammar grammar, NameMaker names, Dice dice)
{
    private static readonly string[] Kinds =
        ["tool_weather", "tool_time", "tool_message", "tool_timer", "tool_music", "tool_search", "tool_light", "tool_price", "tool_add", "tool_table", "tool_note"];

    /// <summary>Uses of so many different tools.</summary>
    public IReadOnlyList<ToolUse> Pick(int count)
    {
        var kinds = Kinds.ToList();
        dice.Shuffle(kinds);
        return [.. kinds.Take(count).Select(Make)];
    }

    private ToolUse Make(string kind)
    {
        var bindings = DrawValues();
        grammar.Bind(kind, bindings, dice);
        var parameters = bindings["parameters"].Split(", ").Select(Parameter.Parse).ToList();
        var arguments = JsonText.Object(parameters.Select(parameter => (parameter.Name, parameter.ToJson(bindings[parameter.Value]))));
        var result = dice.Chance(0.5)
            ? English.Tidy(bindings["result"])
            : JsonText.Object(bindings["data"].Split(", ").Select(Parameter.Parse).Select(datum => (datum.Name, datum.ToJson(bindings[datum.Value]))));
        return new ToolUse(
            new ToolForm(bindings["tool"], Define(bindings, parameters)), English.Tidy(bindings["question"]), arguments, result, English.Tidy(bindings["answer"]));
    }

    private Dictionary<string, string> DrawValues()
    {
        var (n, m) = (dice.Between(1, 60), dice.Between(2, 99));
        var bindings = new Dictionary<string, string>
        {
            ["who"] = names.Next().Name,
            ["word"] = names.Word(),
            ["title"] = English.Capitalise(names.Word()),
            ["n"] = $"{n}",
            ["m"] = $"{m}",
            ["sum"] = $"{n + m}",
            ["degrees"] = $"{dice.Between(-9, 38)}",
            ["clock"] = $"{dice.Between(0, 23):00}:{dice.Between(0, 59):00}",
            ["place_name"] = dice.Chance(0.7) ? grammar.Expand("{city}", new Dictionary<string, string>(), dice) : English.Capitalise(names.Word()),
        };
        foreach (var rule in new[] { "sky", "said", "room", "things", "sent_word", "state_on" })
        {
            bindings[rule] = grammar.Expand($"{{{rule}}}", bindings, dice);
        }

        bindings["thing_query"] = dice.Chance(0.5) ? bindings["things"] : $"{bindings["word"]} {bindings["things"]}";
        return bindings;
    }

    private string Define(Dictionary<string, string> bindings, IReadOnlyList<Parameter> parameters)
    {
        var described = dice.Chance(0.4);
        var properties = JsonText.Object(parameters.Select(parameter => (parameter.Name, JsonText.Object(described
            ? [("type", JsonText.Quote(parameter.Type)), ("description", JsonText.Quote($"The {parameter.Name}"))]
            : [("type", JsonText.Quote(parameter.Type))]))));
        var schema = JsonText.Object([("type", "\"object\""), ("properties", properties),
            ("required", $"[{string.Join(", ", parameters.Select(parameter => JsonText.Quote(parameter.Name)))}]")]);
        var function = JsonText.Object([("name", JsonText.Quote(bindings["tool"])), ("description", JsonText.Quote(bindings["purpose"])), ("parameters", schema)]);
        return JsonText.Object([("type", "\"function\""), ("function", function)]);
    }

    /// <summary>A parameter as the grammar writes it: "name=binding", with "#" before the name of a number.</summary>
    private sealed record Parameter(string Name, string Value, bool IsNumber)
    {
        public string Type => IsNumber ? "integer" : "string";

        public static Parameter Parse(string text)
        {
            var parts = text.TrimStart('#').Split('=');
            return new Parameter(parts[0], parts[1], text[0] == '#');
        }

        public string ToJson(string value) => IsNumber ? value : JsonText.Quote(value);
    }
}
