using Rill.CommandLine.Client;

namespace Rill.CommandLine.Chat;

/// <summary>A conversation at a terminal: reads, asks, shows, until it is left.</summary>
internal sealed class ChatLoop
{
    private readonly Interrupts _interrupts;
    private readonly TerminalView _view;
    private readonly Exchange _exchange;
    private readonly SlashCommands _commands;
    private readonly LineInput _input = new(SlashCommands.Names);

    /// <summary>Makes a loop over a conversation.</summary>
    /// <param name="conversation">The conversation to go on with.</param>
    /// <param name="exchange">Asks the server.</param>
    /// <param name="view">The terminal.</param>
    /// <param name="interrupts">Ctrl+C.</param>
    public ChatLoop(Conversation conversation, Exchange exchange, TerminalView view, Interrupts interrupts)
    {
        (_exchange, _view, _interrupts) = (exchange, view, interrupts);
        _commands = new SlashCommands(conversation, view.WriteNote);
    }

    /// <summary>Runs until the user leaves.</summary>
    public async Task RunAsync()
    {
        for (var warned = false; ;)
        {
            var (text, interrupted) = await ReadAsync();
            if (interrupted && !warned)
            {
                _view.WriteNote("Ctrl+C again, Ctrl+D or /quit leaves.");
                warned = true;
                continue;
            }

            if (text is null)
            {
                return;
            }

            warned = false;
            if (!await HandleAsync(text))
            {
                return;
            }
        }
    }

    private async Task<(string? Text, bool Interrupted)> ReadAsync()
    {
        try
        {
            return (await _interrupts.RunAsync(interrupt => PromptReader.ReadAsync(goesOn => _input.ReadAsync(goesOn, interrupt))), false);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine();
            return (null, true);
        }
    }

    /// <summary>Does what a line says. False when it says to leave.</summary>
    private async Task<bool> HandleAsync(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        try
        {
            var next = text.StartsWith('/') ? _commands.Run(text.TrimEnd()) : NextStep.Ask;
            if (!text.StartsWith('/'))
            {
                _commands.Chat.Say(text);
            }

            if (next == NextStep.Ask)
            {
                await AskAsync();
            }

            return next != NextStep.Quit;
        }
        catch (Exception failure) when (failure is FailureException or ServerException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine($"rill: {failure.Message}");
            return true;
        }
    }

    private async Task AskAsync()
    {
        var chat = _commands.Chat;
        var answer = await _interrupts.RunAsync(interrupt => _exchange.AskAsync(chat.ToQuestion(), interrupt));
        if (answer.Content.Length > 0 || !answer.Stopped)
        {
            chat.Hear(answer.Content);
        }

        _commands.Answers.Add(answer);
        _view.WriteNote(answer.Describe());
    }
}
