namespace Rill.TrainModel.Corpus;

/// <summary>Chats whose answers are JSON objects: facts put under given keys, and plain answers wrapped in one.</summary>
internal sealed class JsonChats(Grammar grammar, Talk talk, NameMaker names, Dice dice)
{
    /// <summary>One chat with a JSON answer.</summary>
    public Conversation Next() => dice.Chance(0.75) ? Extract() : Wrap();

    private Conversation Extract()
    {
        var facts = DrawFacts();
        var (name, text) = (facts[0].Value.Trim('"'), string.Join(' ', facts.Skip(1).Select(fact => fact.Sentence)));
        dice.Shuffle(facts);
        var keys = facts.Select(fact => fact.Key).ToList();
        var bindings = new Dictionary<string, string>
        {
            ["keys"] = English.List(keys),
            ["quoted_keys"] = English.List([.. keys.Select(JsonText.Quote)]),
            ["text"] = $"{name} {text}",
        };
        var answer = Turn.Assistant(JsonText.Object(facts.Select(fact => (fact.Key, fact.Value))));
        if (dice.Chance(0.3))
        {
            return new Conversation(
                [Turn.System(grammar.Say("json_system_keys", bindings, dice)), Turn.User(English.Tidy(bindings["text"])), answer]);
        }

        return new Conversation([Turn.User(grammar.Say("json_ask", bindings, dice)), answer]);
    }

    /// <summary>The name first, then one to three facts about its bearer, each a sentence that goes on after it.</summary>
    private List<JsonFact> DrawFacts()
    {
        var (name, female) = names.Next();
        var facts = new List<JsonFact>();
        var kinds = grammar.Alternatives("json_fact").ToList();
        dice.Shuffle(kinds);
        foreach (var kind in kinds.Take(dice.Between(1, 3)))
        {
            var bindings = new Dictionary<string, string>
            {
                ["n"] = $"{dice.Between(1, 99)}",
                ["word"] = dice.Chance(0.5) ? names.Word() : grammar.Expand("{animals}", new Dictionary<string, string>(), dice),
                ["town"] = dice.Chance(0.6) ? grammar.Expand("{city}", new Dictionary<string, string>(), dice) : English.Capitalise(names.Word()),
                ["friend"] = names.Next().Name,
            };
            foreach (var rule in new[] { "people", "colour", "hobby", "food" })
            {
                bindings[rule] = grammar.Expand($"{{{rule}}}", bindings, dice);
            }

            var columns = grammar.Expand(kind, bindings, dice).Split(" / ");
            var subject = facts.Count == 0 ? "" : female ? "She " : "He ";
            facts.Add(new JsonFact(columns[0], columns[2] == "number" ? columns[1] : JsonText.Quote(columns[1]), $"{subject}{columns[3]}."));
        }

        facts.Insert(0, new JsonFact("name", JsonText.Quote(name), ""));
        return facts;
    }

    private Conversation Wrap()
    {
        var (question, answer) = dice.Chance(0.5) ? talk.AskAboutRill() : talk.Chat();
        var key = dice.Chance(0.5) ? "answer" : dice.Chance(0.5) ? "text" : names.Word();
        var bindings = new Dictionary<string, string> { ["key"] = key, ["question"] = question };
        var reply = Turn.Assistant(JsonText.Object([(key, JsonText.Quote(answer))]));
        return dice.Chance(0.6)
            ? new Conversation([Turn.System(grammar.Say("json_system", bindings, dice)), Turn.User(question), reply])
            : new Conversation([Turn.User(grammar.Say("json_wrap", bindings, dice)), reply]);
    }

    private sealed record JsonFact(string Key, string Value, string Sentence);
}
