using Spectre.Console;

namespace Rill.CommandLine.Terminal;

/// <summary>One dim line that tells what is waited for, and goes when there is something to read. On standard error: it is no answer.</summary>
/// <param name="terminal">Standard error where it is a terminal; null to show nothing.</param>
/// <param name="width">The terminal's columns.</param>
internal sealed class StatusLine(TextWriter? terminal, int width)
{
    private bool _shown;

    /// <summary>A line on standard error where that is a terminal, and none elsewhere.</summary>
    public static StatusLine New() =>
        new(Console.IsErrorRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? null : Console.Error, AnsiConsole.Profile.Width);

    /// <summary>Shows a line in place of the last.</summary>
    public void Show(string text)
    {
        var room = Math.Max(8, width - 1);
        terminal?.Write($"\r\e[2K\e[2m{(text.Length <= room ? text : text[..(room - 1)] + "…")}\e[0m");
        terminal?.Flush();
        _shown = terminal is not null;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_shown)
        {
            terminal!.Write("\r\e[2K");
            terminal.Flush();
            _shown = false;
        }
    }
}
