using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Rill.CommandLine.Chat;
using Rill.CommandLine.Client;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Spectre.Console;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill chat</c>: a conversation with a model behind a server, at a terminal or in a pipe.</summary>
internal static class ChatCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var server = new ServerOptions();
        var system = new Option<string?>("--system") { Description = "The system's message." };
        var load = new Option<string?>("--load") { Description = "Go on with a conversation that /save wrote.", HelpName = "FILE" };
        var patience = new Option<double>("--patience")
        {
            Description = "Seconds to try a server again that says that it is busy or loading.", DefaultValueFactory = _ => 600, CustomParser = ParseSeconds,
        };
        var command = new DocumentedCommand(
            "chat",
            "Talks to a model behind any server of OpenAI's API. /help lists what can be done in between. In a pipe, standard input is the question and standard output the answer alone.",
            "rill chat",
            "echo 'Tell me a story about a river.' | rill chat --url http://localhost:7071 --model rill-mini",
            "rill chat --url https://example.org/v1 --system 'Answer in one sentence.'") { server.Url, server.Key, server.Model, system, load, patience };

        // Not asynchronous to the library: it would take Ctrl+C to itself.
        command.SetAction(parsed =>
        {
            using var client = server.NewClient(parsed);
            return RunAsync(client, parsed.GetValue(server.Model), parsed.GetValue(system), parsed.GetValue(load), TimeSpan.FromSeconds(parsed.GetValue(patience))).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(ApiClient client, string? model, string? system, string? load, TimeSpan patience)
    {
        try
        {
            model ??= await client.FirstModelAsync(CancellationToken.None);
            var conversation = load is null ? new Conversation { Model = model } : ConversationFile.Load(load, model);
            conversation.System = system ?? conversation.System;
            if (Console.IsInputRedirected || Console.IsOutputRedirected)
            {
                await AnswerAsync(client, conversation, patience);
            }
            else
            {
                await TalkAsync(client, conversation, patience);
            }

            return ExitCode.Success;
        }
        catch (ServerException absent) when (absent.IsAbsent && client.IsDefault)
        {
            throw new FailureException($"No server listens at {ServerAddress.Show(client.Api)}: start one with ./run in another terminal, or name one with --url.");
        }
        catch (ServerException refused) when (refused.IsKey)
        {
            throw new FailureException($"{refused.Message} The key is given by --key or by the variable {ServerOptions.KeyVariable}.");
        }
    }

    /// <summary>One question from a pipe.</summary>
    private static async Task AnswerAsync(ApiClient client, Conversation conversation, TimeSpan patience)
    {
        var question = StandardStreams.ReadText(StandardStreams.OpenInput()).TrimEnd('\r', '\n');
        if (question.Length == 0)
        {
            throw new FailureException("Standard input is empty: it must hold the question.");
        }

        conversation.Say(question);
        using var view = new PlainView();
        var exchange = new Exchange(client, view, NewStatus(), patience) { PutOff = Console.IsErrorRedirected ? text => Console.Error.WriteLine($"rill: {text}") : _ => { } };
        await exchange.AskAsync(conversation.ToRequest(), CancellationToken.None);
    }

    private static async Task TalkAsync(ApiClient client, Conversation conversation, TimeSpan patience)
    {
        using var interrupts = new Interrupts();
        var view = new TerminalView(Console.Out, AnsiConsole.Profile.Capabilities.Ansi);
        view.WriteNote($"{conversation.Model} at {ServerAddress.Show(client.Api)}. /help lists commands; Ctrl+C stops an answer, Ctrl+D leaves.");
        await new ChatLoop(conversation, new Exchange(client, view, NewStatus(), patience), view, interrupts).RunAsync();
    }

    private static StatusLine NewStatus() => new(Console.IsErrorRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? null : Console.Error, AnsiConsole.Profile.Width);

    private static double ParseSeconds(ArgumentResult result)
    {
        if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86_400)
        {
            return seconds;
        }

        result.AddError("--patience must lie in [0, 86400].");
        return 0;
    }
}
