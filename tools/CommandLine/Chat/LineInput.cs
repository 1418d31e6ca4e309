using Rill.CommandLine.Chat.Editing;
using Spectre.Console;

namespace Rill.CommandLine.Chat;

/// <summary>Reads what is typed: with an editor where the terminal can, plainly where it cannot.</summary>
internal sealed class LineInput
{
    private readonly LineEditor? _editor;
    private Task<string?>? _plain;

    /// <summary>Makes an input that completes these words.</summary>
    public LineInput(IReadOnlyList<string> commands)
    {
        if (AnsiConsole.Profile.Capabilities.Ansi)
        {
            _editor = new LineEditor(new LinePainter(Console.Out, () => AnsiConsole.Profile.Width), commands);
        }
    }

    /// <summary>One line, or several that were pasted at once; null at the end of the input.</summary>
    /// <param name="goesOn">True for a further line of the same text.</param>
    /// <param name="interrupt">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Task<string?> ReadAsync(bool goesOn, CancellationToken interrupt)
    {
        var prompt = goesOn ? "... " : "> ";
        return _editor is null ? ReadPlainAsync(prompt, interrupt) : _editor.ReadAsync(prompt, interrupt);
    }

    /// <summary>A read that was interrupted goes on below: the next one takes its line.</summary>
    private async Task<string?> ReadPlainAsync(string prompt, CancellationToken interrupt)
    {
        Console.Write(prompt);
        _plain ??= Task.Run(Console.ReadLine, CancellationToken.None);
        var line = await _plain.WaitAsync(interrupt);
        _plain = null;
        return line;
    }
}
