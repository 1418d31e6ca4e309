namespace Rill.TrainModel.Corpus;

/// <summary>An endless stream of conversations from a seed. Words that are held out never occur in it.</summary>
internal sealed class CorpusGenerator
{
    private static readonly string[] Files = ["words", "story", "rill", "talk", "system", "tools", "json", "copy", "think"];

    private const double ThinkingShare = 0.1;    // of the conversations that are no puzzles

    private readonly CorpusMix _mix;
    private readonly Dice _dice;
    private readonly Grammar _grammar;
    private readonly Talk _talk;
    private readonly StoryTeller _teller;
    private readonly StoryChats _stories;
    private readonly SystemChats _systems;
    private readonly ToolChats _tools;
    private readonly JsonChats _json;
    private readonly CopyChats _copies;
    private readonly Puzzles _puzzles;
    private readonly Thoughts _thoughts;
    private readonly string[] _heldOut;

    /// <summary>
    /// Makes a generator; equal seeds and mixes give equal streams. For an exam, names, places and made-up words are those that are held out.
    /// </summary>
    public CorpusGenerator(int seed, bool forExam = false, CorpusMix? mix = null)
    {
        _mix = mix ?? CorpusMix.Whole;
        _dice = new Dice(seed);
        _grammar = Grammar.Load(Files);
        _heldOut = [.. HeldOutSubjects, .. HeldOutWords];
        var names = new NameMaker(_grammar, _dice, forExam ? _heldOut : null);
        _talk = new Talk(_grammar, names, _dice);
        _teller = new StoryTeller(_grammar, names, _dice);
        _stories = new StoryChats(_grammar, _teller, _dice);
        _systems = new SystemChats(_grammar, _talk, _teller, names, _dice);
        _json = new JsonChats(_grammar, _talk, names, new JsonFacts(_grammar, names, _dice), _dice);
        _tools = new ToolChats(_grammar, _talk, _stories, new ToolShelf(_grammar, names, _dice), _dice);
        _copies = new CopyChats(_grammar, names, _dice);
        _puzzles = new Puzzles(_grammar, names, _dice);
        _thoughts = new Thoughts(_grammar, _dice);
    }

    /// <summary>The subjects that no training conversation names.</summary>
    public IReadOnlyList<string> HeldOutSubjects =>
        [.. _grammar.Alternatives("held_out_animals"), .. _grammar.Alternatives("held_out_people"), .. _grammar.Alternatives("held_out_things")];

    /// <summary>The words that no training conversation holds, in small letters: names, places and things for an exam.</summary>
    public IReadOnlyList<string> HeldOutWords => _grammar.Alternatives("held_out_words");

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

    /// <summary>A chat with tools, as <see cref="Next"/> has them, held-out words allowed.</summary>
    public Conversation NextWithTools() => _tools.Next();

    /// <summary>A chat with an answer in JSON, held-out words allowed.</summary>
    public Conversation NextJson() => _json.Next();

    /// <summary>A chat that has something said again, held-out words allowed.</summary>
    public Conversation NextCopy() => _copies.Next();

    /// <summary>A puzzle, held-out words allowed.</summary>
    public Conversation NextPuzzle() => _puzzles.Next();

    /// <summary>A chat that tells a fact, goes on for about so many characters, and asks for it.</summary>
    public Conversation NextLong(int characters) => WithMemory(characters);

    /// <summary>A chat that asks for a story about a held-out subject, with a story of the grammar: only for measuring loss.</summary>
    public Conversation NextHeldOut()
    {
        var story = _teller.Tell(_dice.Pick(_heldOut));
        return new Conversation([Turn.User(_grammar.Say("ask_story", new Dictionary<string, string>(story.Bindings) { ["subjects"] = story.Bindings["subject"] + "s" }, _dice)), Turn.Assistant(story.Text)]);
    }

    private Conversation Draw()
    {
        if (_dice.Chance(_mix.Puzzles / 1_000.0))
        {
            return _puzzles.Next();
        }

        var kind = _dice.Between(0, 999);
        bool Is(int share) => (kind -= share) < 0;
        var conversation =
            Is(_mix.Stories) ? WithStory()
            : Is(_mix.Chats) ? Chat()
            : Is(_mix.Memories) ? WithMemory(0)
            : Is(_mix.LongMemories) ? WithMemory(_dice.Between(1_500, 6_500))
            : Is(_mix.Systems) ? _systems.Next()
            : Is(_mix.Tools) ? _tools.Next()
            : Is(_mix.Json) ? _json.Next()
            : _copies.Next();
        return _dice.Chance(ThinkingShare) ? _thoughts.Add(conversation) : conversation;
    }

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

    private Conversation WithMemory(int characters)
    {
        var turns = NewTurns();
        var (told, reply, question, answer) = _talk.TellAboutMyself();
        Add(turns, (told, reply));
        for (var i = _dice.Between(0, 3); i > 0 || turns.Sum(turn => turn.Text.Length) < characters; i--)
        {
            if (_dice.Chance(characters > 0 ? 0.4 : 0.12))
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
