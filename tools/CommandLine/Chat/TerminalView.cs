using System.Text;

namespace Rill.CommandLine.Chat;

/// <summary>An answer on a terminal: its reasoning dimmed, and what would steer the terminal made visible.</summary>
/// <param name="output">The terminal.</param>
/// <param name="styled">True to dim by escape sequences.</param>
internal sealed class TerminalView(TextWriter output, bool styled) : IAnswerView
{
    private const char FirstControlPicture = '\u2400';
    private const char DeletePicture = '\u2421';

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

    /// <summary>Writes a dim line of our own.</summary>
    public void WriteNote(string text)
    {
        output.WriteLine(styled ? $"\e[2m{text}\e[0m" : text);
        output.Flush();
    }

    /// <summary>A model's text without the characters that steer a terminal: they are shown as pictures of themselves.</summary>
    public static string Harmless(string text)
    {
        if (!text.Any(IsHarmful))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            shown.Append(!IsHarmful(character) ? character
                : character < ' ' ? (char)(FirstControlPicture + character)
                : character == '\x7f' ? DeletePicture : '\uFFFD');
        }

        return shown.ToString();
    }

    private static bool IsHarmful(char character) => char.IsControl(character) && character is not ('\n' or '\t');

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
        output.Write(Harmless(text.Replace("\r\n", "\n", StringComparison.Ordinal)));
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
