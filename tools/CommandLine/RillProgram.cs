using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Rill.CommandLine.Client;
using Rill.CommandLine.Commands;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.CommandLine.Store;
using Rill.Models;
using Rill.ModelStore;
using Rill.Text;

namespace Rill.CommandLine;

/// <summary>The program <c>rill</c>: its commands, and how a failure leaves it.</summary>
internal static class RillProgram
{
    /// <summary>Runs one command line. The result is the process's exit code, see <see cref="ExitCode"/>.</summary>
    public static int Run(string[] args)
    {
        var parsed = NewRoot().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (BrokenPipeException)
        {
            // Whoever read our output has seen enough, as in "| head -1".
            return ExitCode.Success;
        }
        catch (Exception failure) when (failure is FailureException or ServerException or ModelFileException or UnsupportedModelException or ModelFormatException or ChatTemplateException or EncodingLimitException or StoreException
            or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"rill: {failure.Message}");
            return ExitCode.Failure;
        }
    }

    /// <summary>To add a command: one file in Commands, and its line here.</summary>
    private static RootCommand NewRoot()
    {
        var root = new RootCommand("Rill at a terminal: talk to a served model, test and watch its server, and see what a model's files make of a text.")
        {
            TokenizeCommand.Create(),
            DetokenizeCommand.Create(),
            RenderCommand.Create(),
            ParseCommand.Create(),
            InspectCommand.Create(),
            LogitsCommand.Create(),
            ChatCommand.Create(),
            BenchCommand.Create(),
            TopCommand.Create(),
            ConformanceCommand.Create(),
            ModelsCommand.Create(),
            CompletionCommand.Create(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static int Refuse(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var errors = command is RootCommand && parsed.UnmatchedTokens is [var unknown, ..]
            ? [$"There is no command '{unknown}'."]
            : parsed.Errors.Select(error => error.Message);
        foreach (var error in errors)
        {
            Console.Error.WriteLine($"rill: {error}");
        }

        Console.Error.WriteLine(command is RootCommand ? "Try: rill --help" : $"Try: rill {command.Name} --help");
        return ExitCode.Usage;
    }
}
