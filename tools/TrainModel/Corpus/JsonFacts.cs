namespace Rill.TrainModel.Corpus;

/// <summary>Records, each told as a text and as the members of a JSON object. Keys come in many words, so that values are found by sense.</summary>
internal sealed class JsonFacts(Grammar grammar, NameMaker names, Dice dice)
{
    /// <summary>A record of any kind: what it is about, and at most so many facts more, in the text's order and in the object's.</summary>
    public JsonRecord Draw(int most)
    {
        var kind = dice.Pick(["person", "person", "order", "event"]);
        return Write(kind, Keys(kind), PickFacts(kind, dice.Between(1, most)));
    }

    /// <summary>Records with the same keys; the first once more for its kind.</summary>
    public (JsonRecord First, IReadOnlyList<JsonRecord> All) DrawSeveral(int count)
    {
        var kind = dice.Pick(["person", "order", "event"]);
        var (key, facts) = (Keys(kind), PickFacts(kind, dice.Between(1, 2)));
        var all = Enumerable.Range(0, count).Select(_ => Write(kind, key, facts, shuffled: false)).ToList();
        return (all[0], all);
    }

    

    private string Keys(string kind) => dice.Pick<string>(kind switch
    {
        "person" => ["name", "name", "person", "full_name", "who", "first_name"],
        "order" => ["order", "id", "order_id", "number", "order_number"],
        _ => ["title", "event", "name", "event_name"],
    });

    /// <summary>Lines of the grammar with their choice of key made, no key twice.</summary>
    private List<string[]> PickFacts(string kind, int count)
    {
        var lines = grammar.Alternatives($"json_{kind}").ToList();
        dice.Shuffle(lines);
        var none = new Dictionary<string, string>();
        return [.. lines.Select(line => line.Split(" / ", 2)).Select(parts => new[] { grammar.Expand(parts[0], none, dice), parts[1] })
            .DistinctBy(fact => fact[0]).Take(count)];
    }

    private JsonRecord Write(string kind, string key, List<string[]> facts, bool shuffled = true)
    {
        var (name, female) = names.Next();
        var (subject, pronoun) = kind switch
        {
            "person" => (dice.Chance(0.2) ? $"{name} {names.Next().Name}" : name, female ? "She" : "He"),
            "order" => (names.Code(), "It"),
            _ => (string.Join(' ', Enumerable.Range(0, dice.Between(1, 2)).Select(_ => English.Capitalise(names.Word()))), "It"),
        };
        List<(string Key, string Value)> members = [(key, JsonText.Quote(subject))];
        var text = (kind == "order" ? "Order " : "") + subject;
        for (var i = 0; i < facts.Count; i++)
        {
            var bindings = DrawValues();
            var parts = grammar.Expand(facts[i][1], bindings, dice).Split(" / ");
            members.Add((facts[i][0], ToJson(parts[1], parts[0], bindings)));
            text += i == 0 ? $" {parts[2]}." : $" {pronoun} {parts[2]}.";
        }

        if (shuffled)
        {
            dice.Shuffle(members);
        }

        return new JsonRecord(kind, English.Tidy(text), members);
    }

    private static string ToJson(string kind, string value, Dictionary<string, string> bindings) => kind switch
    {
        "number" or "raw" => value,
        "list" => $"[{string.Join(", ", value.Split('+').Select(JsonText.Quote))}]",
        "address" => JsonText.Object([("street", JsonText.Quote(bindings["street"])), ("number", bindings["n"]), ("city", JsonText.Quote(bindings["town"]))]),
        "pet" => JsonText.Object([("kind", JsonText.Quote(bindings["kind"])), ("name", JsonText.Quote(bindings["friend"]))]),
        _ => JsonText.Quote(value),
    };

    private Dictionary<string, string> DrawValues()
    {
        var three = Enumerable.Range(0, dice.Between(2, 4)).Select(_ => dice.Chance(0.5) ? names.Next().Name : names.Word()).ToList();
        var bindings = new Dictionary<string, string>
        {
            ["n"] = dice.Chance(0.7) ? $"{dice.Between(1, 99)}" : names.Digits(1, 4),
            ["word"] = names.Word(),
            ["town"] = names.Place(),
            ["friend"] = names.Next().Name,
            ["email"] = names.Email(),
            ["digits"] = names.Digits(4, 8),
            ["date"] = names.Date(),
            ["clock"] = names.Clock(),
            ["price"] = names.Price(),
            ["three"] = string.Join('+', three),
            ["three_words"] = English.List(three),
            ["street"] = $"{English.Capitalise(names.Word())} {dice.Pick(["Street", "Road", "Lane"])}",
        };
        foreach (var rule in new[] { "people", "colour", "hobby", "food", "day", "level", "order_state" })
        {
            bindings[rule] = grammar.Expand($"{{{rule}}}", bindings, dice);
        }

        bindings["kind"] = dice.Chance(0.5) ? names.Word() : grammar.Expand("{animals}", bindings, dice);
        return bindings;
    }
}

/// <summary>A record as a text and as JSON.</summary>
/// <param name="What">What it is: person, order, event.</param>
/// <param name="Text">The sentences that tell it.</param>
/// <param name="Members">Keys with values in JSON, in the order of the object.</param>
internal sealed record JsonRecord(string What, string Text, IReadOnlyList<(string Key, string Value)> Members);
