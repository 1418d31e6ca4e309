namespace Rill.Infra.Tests.StandIn;

/// <summary>How a program was started: its name, folder, arguments and variables.</summary>
internal sealed record Call(string Program, string Folder, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>The command line.</summary>
    public string Line => $"{Program} {string.Join(' ', Arguments)}";

    /// <summary>A variable's value, empty where it is not set.</summary>
    public string Variable(string name) => Variables.GetValueOrDefault(name, "");

    /// <summary>A path of the caller's.</summary>
    public string Find(string path) => Path.GetFullPath(path, Folder);
}

/// <summary>What a program answers.</summary>
internal sealed record Answer(int ExitCode, string Output, string Errors)
{
    /// <summary>All is well.</summary>
    public static Answer Of(string output = "") => new(0, output, "");
}

/// <summary>Ends a command as the real program would: with a message and an exit code.</summary>
internal sealed class CommandFailure(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>What the caller sees.</summary>
    public int ExitCode { get; } = exitCode;
}
