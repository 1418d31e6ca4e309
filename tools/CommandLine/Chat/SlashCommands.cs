using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.CommandLine.Chat;

/// <summary>What a line that begins with a slash does.</summary>
/// <param name="chat">The conversation that goes on.</param>
/// <param name="say">Tells the user something.</param>
internal sealed class SlashCommands(Conversation chat, Action<string> say)
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly (string Usage, string Meaning)[] s_commands =
    [
        ("/help", "this list"),
        ("/system [TEXT]", "set the system's message; without a text, remove it"),
        ("/set [NAME [VALUE]]", "set a field of requests, such as temperature 0.7; without a value, remove it; alone, show all"),
        ("/model [NAME]", "ask another model; alone, show which"),
        ("/retry", "ask for the last answer again"),
        ("/undo", "forget the last question and its answer"),
        ("/save FILE", "write the conversation, as a request's JSON"),
        ("/load FILE", "go on with one that was saved"),
        ("/clear", "forget all that was said"),
        ("/stats", "tokens and times of this conversation"),
        ("/quit", "leave; Ctrl+D does so, too"),
    ];

    /// <summary>The commands' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_commands.Select(command => command.Usage.Split(' ')[0])];

    /// <summary>The conversation that goes on.</summary>
    public Conversation Chat { get; private set; } = chat;

    /// <summary>The answers of this conversation.</summary>
    public List<AnswerRecord> Answers { get; } = [];

    /// <summary>Runs a command.</summary>
    /// <param name="line">The line, its slash first.</param>
    /// <returns>What the program does next.</returns>
    /// <exception cref="FailureException">The command cannot be used so.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public NextStep Run(string line)
    {
        var (name, rest) = Split(line);
        switch (name)
        {
            case "/help": ShowHelp(); break;
            case "/system": SetSystem(rest); break;
            case "/set": Set(rest); break;
            case "/model": SetModel(rest); break;
            case "/retry":
                return Chat.Turns.Count > 0 ? NextStep.Ask : throw new FailureException("Nothing was said yet.");
            case "/undo": say(Chat.Undo() is { } said ? $"Forgotten: {Shorten(said)}" : "Nothing was said yet."); break;
            case "/save":
                ConversationFile.Save(Chat, FileIn(name, rest));
                say($"Saved to {rest}.");
                break;
            case "/load": Load(FileIn(name, rest)); break;
            case "/clear":
                Chat.Clear();
                Answers.Clear();
                say("All that was said is forgotten.");
                break;
            case "/stats": say(ChatStatistics.Describe(Answers)); break;
            case "/quit" or "/exit" or "/bye": return NextStep.Quit;
            default: throw new FailureException($"There is no command {name}: /help lists them. To say a text that begins with a slash, put a space before it.");
        }

        return NextStep.Read;
    }

    private static (string Name, string Arguments) Split(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 1)..].Trim());
    }

    private static string FileIn(string command, string rest) => rest.Length > 0 ? rest : throw new FailureException($"{command} needs a file's name.");

    private static string Shorten(string text) => text.ReplaceLineEndings(" ") is { Length: > 60 } line ? line[..60] + "…" : text.ReplaceLineEndings(" ");

    private void ShowHelp()
    {
        foreach (var (usage, meaning) in s_commands)
        {
            say($"  {usage,-20}  {meaning}");
        }

        say("  A backslash at a line's end, or \"\"\" around several lines, make a text of several lines. Ctrl+C stops an answer.");
    }

    private void SetSystem(string text)
    {
        Chat.System = text.Length > 0 ? text : null;
        say(Chat.System is null ? "There is no system's message now." : "The system's message is set.");
    }

    private void SetModel(string name)
    {
        Chat.Model = name.Length > 0 ? name : Chat.Model;
        say($"The model is {Chat.Model}.");
    }

    private void Set(string rest)
    {
        var (name, value) = Split(rest);
        if (Conversation.IsReserved(name))
        {
            throw new FailureException($"{name} is what rill chat itself sets.");
        }

        if (value.Length > 0)
        {
            Chat.Settings[name] = ValueOf(value);
        }
        else if (name.Length > 0 && !Chat.Settings.Remove(name))
        {
            throw new FailureException($"{name} is not set. To set it: /set {name} VALUE");
        }

        say(Chat.Settings.Count == 0 ? "Nothing is set: the server's defaults hold." : Chat.Settings.ToJsonString(s_json));
    }

    /// <summary>JSON where it is JSON, else text.</summary>
    private static JsonNode? ValueOf(string value)
    {
        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }

    private void Load(string path)
    {
        var loaded = ConversationFile.Load(path);
        loaded.Model ??= Chat.Model;
        Chat = loaded;
        Answers.Clear();
        say($"Loaded {path}: {Chat.Turns.Count} questions, model {Chat.Model}.");
    }
}

/// <summary>What the program does after a command.</summary>
internal enum NextStep
{
    /// <summary>Reads on.</summary>
    Read,

    /// <summary>Asks for an answer to what was said last.</summary>
    Ask,

    /// <summary>Ends.</summary>
    Quit,
}
