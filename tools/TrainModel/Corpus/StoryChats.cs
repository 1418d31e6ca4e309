namespace Rill.TrainModel.Corpus;

/// <summary>Chats about stories: one is asked for, told, and talked about.</summary>
internal sealed class StoryChats(Grammar grammar, StoryTeller teller, Dice dice)
{
    private static readonly string[] Questions = ["name", "helper", "place"];

    /// <summary>Adds the wish for a story, the story, and a few questions about it, at most <paramref name="followUps"/>.</summary>
    public void AddStory(List<Turn> turns, int followUps)
    {
        var story = AddTelling(turns);
        for (var i = dice.Between(0, followUps); i > 0; i--)
        {
            story = AddFollowUp(turns, story);
        }
    }

    private Story AddTelling(List<Turn> turns, string? askRule = null)
    {
        var subject = teller.PickSubject();
        var story = teller.Tell(subject);
        askRule ??= DrawWish(story);
        var ask = new Dictionary<string, string>(story.Bindings) { ["subjects"] = Plural(subject) };
        turns.Add(Turn.User(Loosely(grammar.Say(askRule, ask, dice))));
        turns.Add(Turn.Assistant(story.Text, Say("think_story", story)));
        return story;
    }

    private string DrawWish(Story story) => dice.Between(0, 19) switch
    {
        < 10 => "ask_story",
        < 13 => "ask_story_named",
        < 15 => "ask_story_any",
        15 => "ask_where",
        16 => "ask_both_names",
        17 => "ask_two",
        _ => $"ask_{story.Plot}",
    };

    private Story AddFollowUp(List<Turn> turns, Story story)
    {
        switch (dice.Between(0, 9))
        {
            case <= 2:
                AddPair(turns, Loosely(Say("ask_then", story)), Say("then", story));
                return story;
            case <= 4:
                AddPair(turns, Loosely(Say("ask_shorter", story)), Say($"short_{story.Plot}", story));
                return story;
            case <= 6:
                var question = dice.Pick(Questions);
                AddPair(turns, Loosely(Say($"ask_{question}", story)), Say($"answer_{question}", story));
                return story;
            case 7:
                AddPair(turns, Loosely(Say("praise", story)), Say("praise_answer", story));
                return story;
            case 8 when turns.Count < 6:
                return AddTelling(turns, "ask_again");
            case 9 when turns.Count < 6:
                return AddTelling(turns, "ask_about");
            default:
                return story;
        }
    }

    private string Loosely(string ask) => dice.Chance(0.12) ? ask.ToLowerInvariant().TrimEnd('.', '!') : ask;

    private static string Plural(string noun) => noun switch
    {
        _ when noun.EndsWith("sh", StringComparison.Ordinal) || noun.EndsWith("ch", StringComparison.Ordinal) => noun + "es",
        _ when noun.EndsWith('x') || noun.EndsWith('s') => noun + "es",
        _ when noun.EndsWith('y') && !noun.EndsWith("ey", StringComparison.Ordinal) => noun[..^1] + "ies",
        _ => noun + "s",
    };

    private string Say(string rule, Story story) => grammar.Say(rule, story.Bindings, dice);

    private static void AddPair(List<Turn> turns, string user, string assistant)
    {
        turns.Add(Turn.User(user));
        turns.Add(Turn.Assistant(assistant));
    }
}
