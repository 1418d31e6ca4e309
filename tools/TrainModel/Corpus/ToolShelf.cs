namespace Rill.TrainModel.Corpus;

/// <summary>
/// The tools of the corpus. Names of tools and parameters vary and are partly invented, so that the model learns to copy them from the
/// definitions that it is given.
/// </summary>
internal sealed class ToolShelf(Grammar grammar, NameMaker names, Dice dice)
{
    private const string Action = "action";    // a made-up tool: any verb, any noun

    private readonly ToolValues _values = new(grammar, names, dice);
    private readonly string[] _kinds = [.. grammar.RulesStartingWith("tool_").Select(rule => rule["tool_".Length..])];

    /// <summary>So many different tools; made-up ones more often than each of the others.</summary>
    public IReadOnlyList<ToolForm> Pick(int count)
    {
        var kinds = _kinds.ToList();
        dice.Shuffle(kinds);
        var tools = new List<ToolForm>();
        foreach (var kind in kinds.Take(count))
        {
            var made = dice.Chance(0.3) ? Action : kind;
            var like = tools.Find(tool => tool.Kind == Action);
            tools.Add(Make(made, made == Action ? like : null));
        }

        return [.. tools.DistinctBy(tool => tool.Name)];
    }

    /// <summary>A use of the tool, with new values each time.</summary>
    public ToolUse Use(ToolForm tool)
    {
        var bindings = _values.Draw();
        foreach (var (name, value) in tool.Bindings)
        {
            bindings[name] = value;
        }

        bindings["action_words"] = grammar.Expand(tool.Parameters switch
        {
            [{ Value: "n" }] => "number {n}",
            [_] => "[called|named] {who}",
            _ => "[called|named] {who} in {place_name}",
        }, bindings, dice);
        grammar.Bind($"use_{tool.Kind}", bindings, dice);
        bindings["question"] = English.Tidy(WithChoices(tool, bindings));
        var arguments = JsonText.Object(tool.Parameters.Where(parameter => IsSaid(parameter, bindings))
            .Select(parameter => (parameter.Name, parameter.ToJson(bindings[parameter.Value]))));
        var result = dice.Chance(0.4)
            ? English.Tidy(bindings["result"])
            : JsonText.Object(ToolParameter.ParseAll(bindings["data"]).Select(datum => (datum.Name, datum.ToJson(bindings[datum.Value]))));
        return new ToolUse(tool, bindings["question"], arguments, result, English.Tidy(bindings["answer"]));
    }

    /// <summary>A use that fails: the result is an error, and the answer says so.</summary>
    public ToolUse UseInVain(ToolForm tool)
    {
        var use = Use(tool);
        var bindings = _values.Draw();
        grammar.Bind("failure", bindings, dice);
        var result = dice.Chance(0.6) ? JsonText.Object([("error", JsonText.Quote(bindings["fault"]))]) : $"Error: {bindings["fault"]}";
        return use with { Result = result, Answer = English.Tidy(bindings["apology"]) };
    }

    private ToolForm Make(string kind, ToolForm? like)
    {
        var bindings = _values.Draw();
        var own = new Dictionary<string, string> { ["word"] = bindings["word"] };
        if (kind == Action)
        {
            var verb = grammar.Expand("{verb}", bindings, dice);
            var noun = dice.Chance(0.6) ? names.Word() : bindings["things"];
            if (like is not null && dice.Chance(0.7))
            {
                (verb, noun) = dice.Chance(0.5) ? (like.Bindings["verb"], noun) : (verb, like.Bindings["noun"]);    // nearly the same tool
            }

            (own["verb"], own["verb_capital"], own["noun"], own["noun_capital"]) = (verb, English.Capitalise(verb), noun, English.Capitalise(noun));
        }

        foreach (var (name, value) in own)
        {
            bindings[name] = value;
        }

        grammar.Bind($"tool_{kind}", bindings, dice);
        own["tool"] = bindings["tool"].Replace(' ', '_');
        var parameters = ToolParameter.ParseAll(bindings["parameters"]);
        return new ToolForm(kind, own["tool"], Define(own["tool"], English.Tidy(bindings["purpose"]), parameters), parameters, own);
    }

    /// <summary>The question with what a parameter of choice or a boolean needs to be said with.</summary>
    private string WithChoices(ToolForm tool, Dictionary<string, string> bindings)
    {
        var question = bindings["question"];
        if (tool.Parameters.Any(parameter => parameter.Value == "loop") && dice.Chance(0.7))
        {
            return question.TrimEnd('.') + (dice.Chance(0.5) ? " in a loop." : " again and again.");
        }

        return question;
    }

    /// <summary>Whether the question gives a value for the parameter; what it does not give stays out of the call.</summary>
    private static bool IsSaid(ToolParameter parameter, Dictionary<string, string> bindings) => parameter switch
    {
        { Value: "unit" } => bindings["question"].Contains(bindings["unit"], StringComparison.OrdinalIgnoreCase),
        { Type: "boolean" } => bindings["question"].Contains("loop", StringComparison.Ordinal) || bindings["question"].Contains("again", StringComparison.Ordinal),
        _ => true,
    };

    private string Define(string name, string purpose, IReadOnlyList<ToolParameter> parameters)
    {
        var described = dice.Chance(0.4);
        var properties = JsonText.Object(parameters.Select(parameter => (parameter.Name, JsonText.Object(Property(parameter, described)))));
        var required = parameters.Where(parameter => parameter.Choices.Count == 0 && parameter.Type != "boolean").Select(parameter => JsonText.Quote(parameter.Name));
        List<(string Key, string Value)> schema = [("type", "\"object\""), ("properties", properties), ("required", $"[{string.Join(", ", required)}]")];
        if (dice.Chance(0.3))
        {
            schema.Add(("additionalProperties", "false"));
        }

        List<(string Key, string Value)> function = [("name", JsonText.Quote(name)), ("parameters", JsonText.Object(schema))];
        if (dice.Chance(0.9))
        {
            function.Insert(dice.Chance(0.8) ? 1 : 0, ("description", JsonText.Quote(purpose)));
        }

        if (dice.Chance(0.15))
        {
            function.Add(("strict", "true"));
        }

        return JsonText.Object([("type", "\"function\""), ("function", JsonText.Object(function))]);
    }

    private static IEnumerable<(string Key, string Value)> Property(ToolParameter parameter, bool described)
    {
        yield return ("type", JsonText.Quote(parameter.Type));
        if (parameter.Choices.Count > 0)
        {
            yield return ("enum", $"[{string.Join(", ", parameter.Choices.Select(JsonText.Quote))}]");
        }

        if (described)
        {
            yield return ("description", JsonText.Quote($"The {parameter.Name}"));
        }
    }
}
