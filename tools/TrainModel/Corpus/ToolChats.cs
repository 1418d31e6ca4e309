namespace Rill.TrainModel.Corpus;

/// <summary>Chats with tools: a call in Hermes form where one fits, its result told in words, and plain answers where none fits.</summary>
internal sealed class ToolChats(Talk talk, StoryChats stories, ToolShelf shelf, Dice dice)
{
    /// <summary>One chat with one to three tools on offer.</summary>
    public Conversation Next()
    {
        var uses = shelf.Pick(dice.Between(1, 3));
        var turns = new List<Turn>();
        if (dice.Chance(0.3))
        {
            turns.Add(Turn.System("You are a helpful assistant."));
        }

        if (dice.Chance(0.25))
        {
            AddPlain(turns);
        }

        foreach (var use in uses.Take(dice.Chance(0.3) ? 2 : 1))
        {
            turns.Add(Turn.User(use.Question));
            turns.Add(Turn.Assistant(CallMarkup(use.Tool, use.Arguments)));
            turns.Add(Turn.Tool(use.Result));
            turns.Add(Turn.Assistant(use.Answer));
        }

        if (dice.Chance(0.15))
        {
            AddPlain(turns);
        }

        var tools = uses.Select(use => use.Tool.Definition).ToList();
        dice.Shuffle(tools);
        return new Conversation(turns) { Tools = tools };
    }

    private static string CallMarkup(ToolForm tool, string arguments) =>
        $"<tool_call>\n{{\"name\": {JsonText.Quote(tool.Name)}, \"arguments\": {arguments}}}\n</tool_call>";

    private void AddPlain(List<Turn> turns)
    {
        if (dice.Chance(0.15))
        {
            stories.AddStory(turns, followUps: 0);
            return;
        }

        var (question, answer) = dice.Chance(0.5) ? talk.AskAboutRill() : talk.Chat("talk_greet");
        turns.Add(Turn.User(question));
        turns.Add(Turn.Assistant(answer));
    }
}
