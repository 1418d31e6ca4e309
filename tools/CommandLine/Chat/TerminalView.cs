using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Chat;

/// <summary>An answer on a terminal: its reasoning dimmed, and what would steer the terminal made visible.</summary>
/// <param name="output">The terminal.</param>
/// <param name="styled">True to dim by escape sequences.</param>
internal sealed class TerminalView(TextWriter output, bool styled) : IAnswerView
{
    private bool _dim;
    private bool _open;

    /// <inheritdoc/>
    public void WriteReasoning(string text) => Write(text, dim: true);

    /// <inheritdoc/>
    public void WriteContent(string text) => Write(text, dim: false);

    /// <inheritdoc/>
    public void End()
    {
        Style(dim: false);
        if (_open)
        {
            output.WriteLine();
        }

        _open = false;
        output.Flush();
    }

    /// <summary>Writes a dim line of our own, in which names may be the server's.</summary>
    public void WriteNote(string text)
    {
        var note = HarmlessText.Of(text);
        output.WriteLine(styled ? $"\e[2m{note}\e[0m" : note);
        output.Flush();
    }

    private void Write(string text, bool dim)
    {
        if (text.Length == 0)
        {
            return;
        }

        if (dim != _dim && _open)
        {
            output.WriteLine();    // reasoning and answer do not share a line
        }

        Style(dim);
        output.Write(HarmlessText.Of(text.Replace("\r\n", "\n", StringComparison.Ordinal)));
        output.Flush();
        _open = !text.EndsWith('\n');
    }

    private void Style(bool dim)
    {
        if (styled && dim != _dim)
        {
            output.Write(dim ? "\e[2m" : "\e[0m");
        }

        _dim = dim;
    }
}
