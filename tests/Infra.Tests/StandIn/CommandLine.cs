namespace Rill.Infra.Tests.StandIn;

/// <summary>
/// A command that a stand-in takes. <paramref name="Options"/> are names divided by blanks: <c>!name</c> has to be given, <c>name?</c>
/// takes no value, <c>&lt;name&gt;</c> is an argument without a name. <paramref name="Source"/> is the page that documents them.
/// </summary>
internal sealed record KnownCommand(string Words, string Options, string Source)
{
    private IEnumerable<string> All => Options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The options that have to be given.</summary>
    public IEnumerable<string> Required => All.Where(name => name[0] == '!').Select(name => name[1..]);

    /// <summary>How many arguments have no name.</summary>
    public int Arguments => All.Count(name => name[0] == '<');

    /// <summary>Whether there is such an option, with or without a value.</summary>
    public bool Has(string name, bool value) => All.Contains(value ? name : name + "?") || (value && All.Contains("!" + name));
}

/// <summary>A command line, held against the table of commands: a misspelt word or option ends it, as it would end the real program.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _options = [];
    private readonly List<string> _arguments = [];

    private CommandLine(KnownCommand command) => Command = command;

    /// <summary>The command of the table.</summary>
    public KnownCommand Command { get; }

    /// <summary>The arguments without names.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>An option's value; an option that takes none has its name. Empty where it was not given.</summary>
    public string this[string name] => _options.GetValueOrDefault(name, "");

    /// <summary>Reads a command line.</summary>
    /// <exception cref="CommandFailure">The program has no such command, or the command no such option, or lacks one.</exception>
    public static CommandLine Parse(Call call, IEnumerable<KnownCommand> table)
    {
        var words = call.Arguments.TakeWhile(argument => !argument.StartsWith('-')).ToList();
        var command = table.Where(entry => Begins(words, entry.Words.Split(' '))).MaxBy(entry => entry.Words.Length)
            ?? throw new CommandFailure($"'{string.Join(' ', words)}' is misspelled or not recognized by {call.Program}.", 2);
        var line = new CommandLine(command);
        var rest = new Queue<string>(call.Arguments.Skip(command.Words.Split(' ').Length));
        while (rest.TryDequeue(out var argument))
        {
            line.Take(argument, rest);
        }

        line.Check();
        return line;
    }

    private static bool Begins(List<string> words, string[] start) => words.Take(start.Length).SequenceEqual(start);

    private void Take(string argument, Queue<string> rest)
    {
        if (!argument.StartsWith('-'))
        {
            _arguments.Add(argument);
        }
        else if (Command.Has(argument[2..], value: false))
        {
            _options[argument[2..]] = argument[2..];
        }
        else if (!Command.Has(argument[2..], value: true) || !argument.StartsWith("--", StringComparison.Ordinal))
        {
            throw new CommandFailure($"unrecognized arguments: {argument}", 2);
        }
        else if (!rest.TryDequeue(out var value) || value.StartsWith("--", StringComparison.Ordinal))
        {
            throw new CommandFailure($"argument {argument}: expected one argument", 2);
        }
        else
        {
            _options[argument[2..]] = value;
        }
    }

    private void Check()
    {
        if (Command.Required.FirstOrDefault(name => !_options.ContainsKey(name)) is { } missing)
        {
            throw new CommandFailure($"the following arguments are required: --{missing}", 2);
        }

        if (_arguments.Count > Command.Arguments)
        {
            throw new CommandFailure($"unrecognized arguments: {string.Join(' ', _arguments.Skip(Command.Arguments))}", 2);
        }
    }
}
