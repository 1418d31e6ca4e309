namespace Rill.TrainModel.Corpus;

/// <summary>
/// Chats whose answers are JSON objects: facts of a text put under keys that the request names, or that it leaves open (as it does where a
/// schema binds the answer), and plain answers wrapped in one.
/// </summary>
internal sealed class JsonChats(Grammar grammar, Talk talk, NameMaker names, JsonFacts facts, Dice dice)
{
    /// <summary>One chat with a JSON answer.</summary>
    public Conversation Next() => dice.Between(0, 19) switch
    {
        <= 7 => WithKeys(),
        <= 13 => Open(),
        <= 15 => OfSeveral(),
        <= 17 => Mood(),
        _ => Wrap(),
    };

    private Conversation WithKeys()
    {
        var record = facts.Draw(most: 5);
        var keys = record.Members.Select(member => member.Key).ToList();
        var bindings = new Dictionary<string, string>
        {
            ["keys"] = English.List(keys),
            ["quoted_keys"] = English.List([.. keys.Select(JsonText.Quote)]),
            ["text"] = record.Text,
        };
        var answer = Turn.Assistant(JsonText.Object(record.Members), grammar.Say("think_json", bindings, dice));
        return dice.Chance(0.3)
            ? new Conversation([Turn.System(grammar.Say("json_system_keys", bindings, dice)), Turn.User(record.Text), answer])
            : new Conversation([Turn.User(grammar.Say("json_ask", bindings, dice)), answer]);
    }

    private Conversation Open()
    {
        var record = facts.Draw(most: 6);
        var bindings = Bindings(record.What, record.Text);
        var answer = Turn.Assistant(JsonText.Object(record.Members));
        return dice.Chance(0.3)
            ? new Conversation([Turn.System(grammar.Say("json_system_open", bindings, dice)), Turn.User(record.Text), answer])
            : new Conversation([Turn.User(grammar.Say("json_ask_open", bindings, dice)), answer]);
    }

    /// <summary>Several records of one kind under one key.</summary>
    private Conversation OfSeveral()
    {
        var (first, all) = facts.DrawSeveral(dice.Between(2, 4));
        var key = dice.Chance(0.5) ? first.What + "s" : dice.Pick(["items", "results", "list", "entries", "data", names.Word()]);
        var list = $"[{string.Join(", ", all.Select(record => JsonText.Object(record.Members)))}]";
        var text = string.Join(' ', all.Select(record => record.Text));
        return new Conversation([
            Turn.User(grammar.Say("json_ask_list", Bindings(first.What, text), dice)),
            Turn.Assistant(dice.Chance(0.7) ? JsonText.Object([(key, list)]) : list)]);
    }

    private Conversation Mood()
    {
        var bindings = Bindings("text", "");
        bindings["word"] = dice.Chance(0.5) ? names.Word() : grammar.Expand("{things}", bindings, dice);
        grammar.Bind("mood", bindings, dice);
        bindings["words"] = English.Tidy(bindings["words"]) + ".";
        var key = dice.Pick(["sentiment", "mood", "label", "class", "feeling", "category"]);
        return new Conversation([Turn.User(grammar.Say("mood_ask", bindings, dice)), Turn.Assistant(JsonText.Object([(key, JsonText.Quote(bindings["mood"]))]))]);
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

    private static Dictionary<string, string> Bindings(string what, string text) => new() { ["what"] = what, ["text"] = text };
}
