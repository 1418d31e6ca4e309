namespace Rill.TrainModel.Corpus;

/// <summary>An endless stream of conversations from a seed. Words that are held out never occur in it.</summary>
internal sealed class CorpusGenerator
{
    private static readonly string[] Files = ["words", "story", "rill", "talk", "system", "tools", "json"];

    private readonly Dice _dice;
    private readonly Grammar _grammar;
    private readonly Talk _talk;
    private readonly StoryTeller _teller;
    private readonly StoryChats _stories;
    private readonly SystemChats _systems;
    private readonly ToolChats _tools;
    private readonly JsonChats _json;
    private readonly string[] _heldOut;

    /// <summary>Makes a generator; equal seeds give equal streams.</summary>
    public CorpusGenerator(int seed)
    {
        _dice = new Dice(seed);
        _grammar = Grammar.Load(Files);
        var names = new NameMaker(_grammar, _dice);
        _talk = new Talk(_grammar, names, _dice);
        _teller = new StoryTeller(_grammar, names, _dice);
        _stories = new StoryChats(_grammar, _teller, _dice);
        _systems = new SystemChats(_grammar, _talk, _teller, names, _dice);
        _json = new JsonChats(_grammar, _talk, names, _dice);
        _tools = new ToolChats(_talk, _stories, new ToolShelf(_grammar, names, _dice), _dice);
        _heldOut = [.. HeldOutSubjects];
    }

    /// <summary>The subjects that no training conversation names.</summary>
    public IReadOnlyList<string> HeldOutSubjects =>
        [.. _grammar.Alternatives("held_out_animals"), .. _grammar.Alternatives("held_out_people"), .. _grammar.Alternatives("held_out_things")];

    /// <summary>The next conversation.</summary>
    public Conversation Next()
    {
        Conversation conversation;
        do
        {
            conversation = Draw();
        }
        while (NamesHeldOut(conversation));
        return conversation;
    }

    /// <summary>A chat that asks for a story about a held-out subject, with a story of the grammar: only for measuring loss.</summary>
    public Conversation NextHeldOut()
    {
        var story = _teller.Tell(_dice.Pick(_heldOut));
        return new Conversation([Turn.User(_grammar.Say("ask_story", new Dictionary<string, string>(story.Bindings) { ["subjects"] = story.Bindings["subject"] + "s" }, _dice)), Turn.Assistant(story.Text)]);
    }

    private Conversation Draw() => _dice.Between(0, 99) switch
    {
        < 30 => WithStory(),
        < 52 => Chat(),
        < 64 => WithMemory(),
        < 79 => _systems.Next(),
        < 91 => _tools.Next(),
        _ => _json.Next(),
    };

    private Conversation WithStory()
    {
        var turns = NewTurns();
        if (_dice.Chance(0.15))
        {
            Add(turns, _talk.Chat("talk_greet"));
        }

        _stories.AddStory(turns, followUps: 3);
        return new Conversation(turns);
    }

    private Conversation Chat()
    {
        var turns = NewTurns();
        for (var i = _dice.Between(1, 4); i > 0; i--)
        {
            Add(turns, _dice.Chance(0.68) ? _talk.AskAboutRill() : _talk.Chat());
        }

        return new Conversation(turns);
    }

    private Conversation WithMemory()
    {
        var turns = NewTurns();
        var (told, reply, question, answer) = _talk.TellAboutMyself();
        Add(turns, (told, reply));
        for (var i = _dice.Between(0, 3); i > 0; i--)
        {
            if (_dice.Chance(0.12))
            {
                _stories.AddStory(turns, followUps: 0);
            }
            else
            {
                Add(turns, _dice.Chance(0.5) ? _talk.AskAboutRill() : _talk.Chat());
            }
        }

        Add(turns, (question, answer));
        return new Conversation(turns);
    }

    private List<Turn> NewTurns()
    {
        var turns = new List<Turn>();
        if (_dice.Chance(0.2))
        {
            turns.Add(Turn.System(_grammar.Say("system_plain", new Dictionary<string, string>(), _dice)));
        }

        return turns;
    }

    private bool NamesHeldOut(Conversation conversation) =>
        conversation.Turns.Any(turn => _heldOut.Any(word => turn.Text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static void Add(List<Turn> turns, (string Question, string Answer) pair)
    {
        turns.Add(Turn.User(pair.Question));
        turns.Add(Turn.Assistant(pair.Answer));
    }
}
