using System.CommandLine;
using System.Text;
using Rill.CommandLine.Help;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill completion</c>: the script with which a shell completes command lines. It asks the program itself, by the library's <c>[suggest]</c>.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> s_scripts = new()
    {
        ["bash"] = "rill.bash", ["zsh"] = "rill.zsh", ["fish"] = "rill.fish", ["powershell"] = "rill.ps1",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell.", HelpName = string.Join('|', s_scripts.Keys) };
        shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new DocumentedCommand(
            "completion",
            "Prints the script with which a shell completes rill's commands, options and values. Its first line says where it goes.",
            "rill completion bash") { shell };
        command.SetAction(parsed => Console.Out.Write(Read(s_scripts[parsed.GetRequiredValue(shell)])));
        return command;
    }

    private static string Read(string name)
    {
        using var script = new StreamReader(typeof(CompletionCommand).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return script.ReadToEnd();
    }
}
