namespace Rill.TrainModel.Corpus;

/// <summary>Makes stories: a hero, a helper, a place, one of eight plots, and the grammar's sentences for them.</summary>
internal sealed class StoryTeller(Grammar grammar, NameMaker names, Dice dice)
{
    private static readonly string[] Plots = ["lost", "skill", "trouble", "lonely", "find", "make", "fear", "contest"];

    /// <summary>What a story may be about: mostly words of the lists, sometimes one that exists nowhere else.</summary>
    public string PickSubject()
    {
        if (dice.Chance(0.22))
        {
            return names.Word();
        }

        var subject = Any(dice.Chance(0.45) ? "animals" : dice.Chance(0.5) ? "people" : "things");
        return dice.Chance(0.12) ? $"{Any("adjective")} {subject}" : subject;
    }

    /// <summary>A story about the subject.</summary>
    public Story Tell(string subject)
    {
        var bindings = new Dictionary<string, string> { ["subject"] = subject, ["kind"] = subject };
        bindings["helper"] = PickHelper(subject);
        var hero = names.Next(IsFemale(subject));
        var helper = names.Next(IsFemale(bindings["helper"]));
        while (helper.Name == hero.Name)
        {
            helper = names.Next(IsFemale(bindings["helper"]));
        }

        BindPronouns(bindings, hero, "name", "he", "him", "his");
        BindPronouns(bindings, helper, "helper_name", "hhe", "hhim", "hhis");
        (bindings["He"], bindings["His"]) = (bindings["he"], bindings["his"]);
        grammar.Bind("place", bindings, dice);
        bindings["item"] = Any("treasure");
        bindings["the_item"] = "the" + bindings["item"][1..];
        bindings["the_item_my"] = "my" + bindings["item"][1..];
        bindings["spot"] = Any("spot");
        bindings["spot2"] = Any("spot");

        var plot = dice.Pick(Plots);
        if (plot is not ("lost" or "lonely"))
        {
            grammar.Bind(plot, bindings, dice);
        }

        bindings["lesson"] = Any(plot switch
        {
            "skill" or "make" => "lesson_try",
            "fear" or "trouble" => "lesson_brave",
            _ => "lesson_kind",
        }, bindings);
        return new Story(plot, bindings, grammar.Say($"plot_{plot}", bindings, dice));
    }

    /// <summary>Null where the word leaves it open.</summary>
    private static bool? IsFemale(string kind) => kind.Split(' ')[^1] switch
    {
        "girl" or "princess" or "queen" or "witch" or "fairy" or "mermaid" or "grandmother" or "hen" or "cow" => true,
        "boy" or "prince" or "king" or "fisherman" or "postman" or "grandfather" or "rooster" or "snowman" => false,
        _ => null,
    };

    private static void BindPronouns(
        Dictionary<string, string> bindings, (string Name, bool Female) who, string name, string he, string him, string his)
    {
        bindings[name] = who.Name;
        bindings[he] = who.Female ? "she" : "he";
        bindings[him] = who.Female ? "her" : "him";
        bindings[his] = who.Female ? "her" : "his";
    }

    private string PickHelper(string subject)
    {
        var helper = subject;
        while (subject.EndsWith(helper, StringComparison.Ordinal))
        {
            helper = Any(dice.Chance(0.6) ? "animals" : "people");
        }

        return helper;
    }

    private string Any(string rule, Dictionary<string, string>? bindings = null) =>
        grammar.Expand($"{{{rule}}}", bindings ?? [], dice);
}
