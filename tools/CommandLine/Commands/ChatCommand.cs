using System.CommandLine;
using System.Diagnostics;
using Rill.CommandLine.Chat;
using Rill.CommandLine.Client;
using Rill.CommandLine.Help;
using Rill.CommandLine.Pipes;
using Rill.CommandLine.Terminal;
using Spectre.Console;

namespace Rill.CommandLine.Commands;

/// <summary><c>rill chat</c>: a conversation with a model behind a server, at a terminal or in a pipe.</summary>
internal static class ChatCommand
{
    private const double DefaultPatience = 600;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var server = new ServerOptions();
        var system = new Option<string?>("--system") { Description = "The system's message." };
        var load = new Option<string?>("--load") { Description = "Go on with a conversation that /save wrote.", HelpName = "FILE" };
        var patience = NumberOption.New("--patience", "Seconds to try a server again that says that it is busy or loading. [default: 600]", 0, 86_400, "S");
        var command = new DocumentedCommand(
            "chat",
            "Talks to a model behind any server of OpenAI's API. /help lists what can be done in between. "
            + "In a pipe, standard input is the question and standard output the answer alone.",
            "rill chat",
            "echo 'Tell me a story about a river.' | rill chat --url http://localhost:7071 --model rill-mini",
            "rill chat --url https://example.org/v1 --system 'Answer in one sentence.'") { server.Url, server.Key, server.Model, system, load, patience };

        // Not asynchronous to the library: it would take Ctrl+C to itself.
        command.SetAction(parsed =>
        {
            using var client = server.NewClient(parsed);
            var seconds = parsed.GetValue(patience) ?? DefaultPatience;
            var chat = client.ExplainAsync(() => RunAsync(
                client, parsed.GetValue(server.Model), parsed.GetValue(system), parsed.GetValue(load), TimeSpan.FromSeconds(seconds)));
            return chat.GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(ApiClient client, string? model, string? system, string? load, TimeSpan patience)
    {
        var status = StatusLine.New();
        var wait = new ServerWait(status, patience) { PutOff = Console.IsErrorRedirected ? text => Console.Error.WriteLine($"rill: {text}") : _ => { } };
        var conversation = load is null ? new Conversation() : ConversationFile.Load(load);
        conversation.System = system ?? conversation.System;
        conversation.Model = model ?? conversation.Model ?? await FirstModelAsync(client, status, wait);
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            await AnswerAsync(client, conversation, status, wait);
        }
        else
        {
            await TalkAsync(client, conversation, status, wait);
        }

        return ExitCode.Success;
    }

    /// <summary>The first model that the server lists. It is waited for as an answer is: a server that starts cold is asked this first.</summary>
    private static async Task<string> FirstModelAsync(ApiClient client, StatusLine status, ServerWait wait)
    {
        try
        {
            return await wait.RetryAsync(
                () => wait.WatchAsync(client.FirstModelAsync(CancellationToken.None), "waiting for the server", Stopwatch.GetTimestamp()), CancellationToken.None);
        }
        finally
        {
            status.Clear();
        }
    }

    /// <summary>One question from a pipe.</summary>
    private static async Task AnswerAsync(ApiClient client, Conversation conversation, StatusLine status, ServerWait wait)
    {
        var question = StandardStreams.ReadText(StandardStreams.OpenInput()).TrimEnd('\r', '\n');
        if (question.Length == 0)
        {
            throw new FailureException("Standard input is empty: it must hold the question.");
        }

        conversation.Say(question);
        using var view = new PlainView(isTerminal: !Console.IsOutputRedirected);
        await new Exchange(client, view, status, wait).AskAsync(conversation.ToQuestion(), CancellationToken.None);
    }

    private static async Task TalkAsync(ApiClient client, Conversation conversation, StatusLine status, ServerWait wait)
    {
        using var interrupts = new Interrupts();
        var view = new TerminalView(Console.Out, AnsiConsole.Profile.Capabilities.Ansi);
        view.WriteNote($"{conversation.Model} at {ServerAddress.Show(client.Api)}. /help lists commands; Ctrl+C stops an answer, Ctrl+D leaves.");
        await new ChatLoop(conversation, new Exchange(client, view, status, wait), view, interrupts).RunAsync();
    }
}
