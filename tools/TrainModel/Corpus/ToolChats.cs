using System.Text.Json;

namespace Rill.TrainModel.Corpus;

/// <summary>
/// Chats with tools: calls in Hermes form where a tool fits, their results told in words, faults admitted, and plain answers where no tool
/// is needed or none fits.
/// </summary>
internal sealed class ToolChats(Grammar grammar, Talk talk, StoryChats stories, ToolShelf shelf, Dice dice)
{
    /// <summary>One chat with one to five tools on offer.</summary>
    public Conversation Next()
    {
        var tools = shelf.Pick(dice.Chance(0.85) ? dice.Between(1, 3) : dice.Between(4, 5)).ToList();
        var turns = new List<Turn>();
        if (dice.Chance(0.3))
        {
            turns.Add(Turn.System(grammar.Expand("{system_plain}", new Dictionary<string, string>(), dice)));
        }

        for (var i = dice.Chance(0.25) ? 2 : 1; i > 0; i--)
        {
            AddRound(turns, tools);
        }

        return new Conversation(turns) { Tools = [.. tools.Select(tool => tool.Definition)] };
    }

    /// <summary>The markup of calls, one below the other.</summary>
    public static string CallMarkup(IEnumerable<ToolUse> uses) => string.Join('\n', uses.Select(use =>
        $"<tool_call>\n{{\"name\": {JsonText.Quote(use.Tool.Name)}, \"arguments\": {use.Arguments}}}\n</tool_call>"));

    private void AddRound(List<Turn> turns, List<ToolForm> tools)
    {
        switch (dice.Between(0, 19))
        {
            case <= 2:
                AddPlain(turns);
                break;
            case <= 4 when tools.Count < 4:
                AddUnfit(turns, tools);
                break;
            case <= 6:
                AddUses(turns, [shelf.UseInVain(dice.Pick(tools))]);
                break;
            case <= 8:
                AddTwoUses(turns, dice.Pick(tools), dice.Pick(tools));
                break;
            default:
                AddUses(turns, [shelf.Use(dice.Pick(tools))]);
                break;
        }
    }

    /// <summary>Two calls at once; of one tool that takes a place, both may be asked for in one sentence.</summary>
    private void AddTwoUses(List<Turn> turns, ToolForm first, ToolForm second)
    {
        var (one, other) = (shelf.Use(first), shelf.Use(second));
        if (first.Parameters.Count == 1 && first.Parameters[0].Value == "place_name" && dice.Chance(0.7))
        {
            other = shelf.Use(first);
            using var arguments = JsonDocument.Parse(other.Arguments);
            var place = arguments.RootElement.GetProperty(first.Parameters[0].Name).GetString();
            AddUses(turns, [one, other], $"{one.Question.TrimEnd('?')} and {(dice.Chance(0.5) ? "in " : "")}{place}?");
            return;
        }

        AddUses(turns, [one, other]);
    }

    private void AddUses(List<Turn> turns, IReadOnlyList<ToolUse> uses, string? asked = null)
    {
        var question = asked ?? string.Join(' ', uses.Select(use => use.Question));
        var bindings = new Dictionary<string, string> { ["question"] = question, ["tool"] = uses[0].Tool.Name, ["result"] = string.Join(", ", uses.Select(use => use.Result)) };
        turns.Add(Turn.User(question));
        turns.Add(Turn.Assistant(CallMarkup(uses), grammar.Expand(uses.Count > 1 ? "{think_calls}" : "{think_call}", bindings, dice)));
        turns.AddRange(uses.Select(use => Turn.Tool(use.Result)));
        var failed = uses[0].Answer.StartsWith("Sorry", StringComparison.Ordinal);
        turns.Add(Turn.Assistant(string.Join(' ', uses.Select(use => use.Answer)), grammar.Expand(failed ? "{think_fault}" : "{think_result}", bindings, dice)));
    }

    /// <summary>What is asked needs a tool that is not there.</summary>
    private void AddUnfit(List<Turn> turns, List<ToolForm> tools)
    {
        var missing = shelf.Pick(6).FirstOrDefault(tool => tool.Kind is not "add" && tools.TrueForAll(known => known.Kind != tool.Kind));
        if (missing is null)
        {
            AddPlain(turns);
            return;
        }

        var none = new Dictionary<string, string>();
        turns.Add(Turn.User(shelf.Use(missing).Question));
        turns.Add(Turn.Assistant(grammar.Say("unfit", none, dice), grammar.Expand("{think_unfit}", none, dice)));
    }

    private void AddPlain(List<Turn> turns)
    {
        if (dice.Chance(0.1))
        {
            stories.AddStory(turns, followUps: 0);
            return;
        }

        var (question, answer) = dice.Chance(0.5) ? talk.AskAboutRill() : talk.Chat(dice.Pick(["talk_greet", "talk_thanks", "talk_how", "talk_joke"]));
        turns.Add(Turn.User(question));
        turns.Add(Turn.Assistant(answer));
    }
}
