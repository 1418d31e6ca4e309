namespace Rill.TrainModel.Corpus;

/// <summary>Questions about Rill, small talk, and what a user says about himself.</summary>
internal sealed class Talk(Grammar grammar, NameMaker names, Dice dice)
{
    private readonly string[] _topics = [.. grammar.RulesStartingWith("q_").Select(rule => rule[2..])];
    private readonly IReadOnlyList<string> _tables = grammar.RulesStartingWith("talk_");

    /// <summary>A question about Rill with its answer.</summary>
    public (string Question, string Answer) AskAboutRill()
    {
        var topic = dice.Pick(_topics);
        var prefix = grammar.Expand("{ask_prefix}", new Dictionary<string, string>(), dice);
        var question = English.Tidy(prefix + grammar.Expand($"{{q_{topic}}}", new Dictionary<string, string>(), dice));
        return (Loosely(question), grammar.Say($"a_{topic}", new Dictionary<string, string>(), dice));
    }

    /// <summary>A line of small talk with its answer.</summary>
    public (string Question, string Answer) Chat(string? table = null)
    {
        var bindings = new Dictionary<string, string>();
        grammar.Bind(table ?? dice.Pick(_tables), bindings, dice);
        return (Loosely(English.Tidy(bindings["q"])), English.Tidy(bindings["a"]));
    }

    /// <summary>Something to tell about oneself, with the answer, and a later question about it.</summary>
    public (string Told, string Reply, string Question, string Answer) TellAboutMyself()
    {
        var (name, _) = names.Next();
        var bindings = new Dictionary<string, string> { ["value"] = name, ["n"] = $"{dice.Between(5, 90)}" };
        bindings["pet"] = Expand("animals");
        foreach (var rule in new[] { "city", "hobby", "food", "colour" })
        {
            bindings[rule] = Expand(rule);
        }

        if (dice.Chance(0.2))
        {
            bindings["city"] = English.Capitalise(names.Word());
        }

        grammar.Bind(dice.Chance(0.45) ? "me_name" : "me_other", bindings, dice);
        return (Tidy("told"), Tidy("reply"), Tidy("question"), Tidy("answer"));

        string Expand(string rule) => grammar.Expand($"{{{rule}}}", bindings, dice);
        string Tidy(string column) => English.Tidy(bindings[column]);
    }

    /// <summary>The way people type when they are in a hurry, now and then.</summary>
    private string Loosely(string question) => dice.Between(0, 9) switch
    {
        0 => question.ToLowerInvariant(),
        1 => question.ToLowerInvariant().TrimEnd('?', '.', '!'),
        _ => question,
    };
}
