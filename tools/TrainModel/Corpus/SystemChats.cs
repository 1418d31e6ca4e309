namespace Rill.TrainModel.Corpus;

/// <summary>Chats in which the system turn asks for something that can be seen in every answer.</summary>
internal sealed class SystemChats(Grammar grammar, Talk talk, StoryTeller teller, NameMaker names, Dice dice)
{
    /// <summary>One chat of a kind drawn by lot.</summary>
    public Conversation Next() => dice.Between(0, 9) switch
    {
        <= 3 => Styled(),
        <= 5 => Named(),
        <= 7 => WithFacts(),
        _ => InOneSentence(),
    };

    private Conversation Styled()
    {
        var bindings = Bindings();
        bindings["phrase_word"] = dice.Chance(0.5) ? English.Capitalise(names.Word()) : English.Capitalise(Any("animals"));
        bindings["sign"] = names.Next().Name;
        bindings["emoji"] = Any("emoji");
        bindings["phrase"] = grammar.Expand("{phrase}", bindings, dice);
        grammar.Bind("style", bindings, dice);
        var system = WithPlainPart(English.Tidy(bindings["system"]));
        var named = dice.Chance(0.25);
        if (named)
        {
            bindings["value"] = names.Next().Name;
            system = $"{grammar.Say("system_named", bindings, dice)} {system}";
        }

        var turns = new List<Turn> { Turn.System(system) };
        for (var i = dice.Between(1, 3); i > 0; i--)
        {
            var (question, answer) = named && dice.Chance(0.5)
                ? (grammar.Say("ask_bot_name", bindings, dice), grammar.Say("answer_bot_name", bindings, dice))
                : Exchange();
            turns.Add(Turn.User(question));
            turns.Add(Turn.Assistant($"{bindings["style_before"]}{answer}{bindings["style_after"]}"));
        }

        return new Conversation(turns);
    }

    private Conversation Named()
    {
        var bindings = Bindings();
        bindings["value"] = names.Next().Name;
        var turns = new List<Turn> { Turn.System(WithPlainPart(grammar.Say("system_named", bindings, dice))) };
        if (dice.Chance(0.4))
        {
            Add(turns, talk.Chat());
        }

        Add(turns, (grammar.Say("ask_bot_name", bindings, dice), grammar.Say("answer_bot_name", bindings, dice)));
        if (dice.Chance(0.4))
        {
            Add(turns, Exchange());
        }

        return new Conversation(turns);
    }

    private Conversation WithFacts()
    {
        var facts = new List<(string Fact, string Question, string Answer)>();
        for (var i = dice.Between(1, 3); i > 0; i--)
        {
            var fact = Fact();
            if (facts.TrueForAll(known => known.Question != fact.Question))
            {
                facts.Add(fact);
            }
        }

        var turns = new List<Turn> { Turn.System(WithPlainPart(string.Join(' ', facts.Select(fact => fact.Fact)))) };
        dice.Shuffle(facts);
        foreach (var fact in facts.Take(2))
        {
            Add(turns, (fact.Question, fact.Answer));
        }

        if (dice.Chance(0.25))
        {
            Add(turns, Exchange());
        }

        return new Conversation(turns);
    }

    private (string Fact, string Question, string Answer) Fact()
    {
        var bindings = Bindings();
        bindings["value"] = names.Next().Name;
        bindings["land"] = English.Capitalise(names.Word());
        bindings["thing"] = dice.Chance(0.5) ? names.Word() : Any("things");
        bindings["n"] = $"{dice.Between(2, 40)}";
        bindings["m"] = $"{dice.Between(2, 40)}";
        bindings["code"] = $"{dice.Between(100, 9999)}";
        bindings["food"] = Any("food");
        bindings["city"] = Any("city");
        bindings["day"] = Any("day");
        grammar.Bind("given", bindings, dice);
        return (English.Tidy(bindings["fact"]), English.Tidy(bindings["question"]), English.Tidy(bindings["answer"]));
    }

    private Conversation InOneSentence()
    {
        var turns = new List<Turn> { Turn.System(WithPlainPart(Any("system_short"))) };
        for (var i = dice.Between(1, 2); i > 0; i--)
        {
            if (dice.Chance(0.5))
            {
                var story = teller.Tell(teller.PickSubject());
                Add(turns, (grammar.Say("ask_story", Plural(story.Bindings), dice), grammar.Say($"short_{story.Plot}", story.Bindings, dice)));
            }
            else
            {
                var (question, answer) = talk.AskAboutRill();
                Add(turns, (question, FirstSentence(answer)));
            }
        }

        return new Conversation(turns);
    }

    private (string Question, string Answer) Exchange()
    {
        switch (dice.Between(0, 5))
        {
            case <= 2:
                return talk.AskAboutRill();
            case <= 4:
                return talk.Chat();
            default:
                var story = teller.Tell(teller.PickSubject());
                return (grammar.Say("ask_story", Plural(story.Bindings), dice), story.Text);
        }
    }

    private string WithPlainPart(string rule) =>
        dice.Chance(0.65) ? rule : dice.Chance(0.8) ? $"{Any("system_plain")} {rule}" : $"{rule} {Any("system_plain")}";

    private string Any(string rule) => grammar.Expand($"{{{rule}}}", Bindings(), dice);

    private static string FirstSentence(string text)
    {
        var end = text.IndexOfAny(['.', '!', '?'], 0);
        while (end >= 0 && end + 1 < text.Length && text[end + 1] != ' ')
        {
            end = text.IndexOfAny(['.', '!', '?'], end + 1);
        }

        return end < 0 ? text : text[..(end + 1)];
    }

    private static Dictionary<string, string> Plural(Dictionary<string, string> bindings) =>
        new(bindings) { ["subjects"] = bindings["subject"] + "s" };

    private static Dictionary<string, string> Bindings() => [];

    private static void Add(List<Turn> turns, (string Question, string Answer) pair)
    {
        turns.Add(Turn.User(pair.Question));
        turns.Add(Turn.Assistant(pair.Answer));
    }
}
