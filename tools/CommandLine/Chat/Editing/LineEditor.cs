namespace Rill.CommandLine.Chat.Editing;

/// <summary>Reads a line from a terminal, with the keys that shells have.</summary>
/// <param name="painter">Shows the line.</param>
/// <param name="commands">Words that Tab completes, where one of them begins the line.</param>
internal sealed class LineEditor(LinePainter painter, IReadOnlyList<string> commands)
{
    private const ConsoleModifiers Control = ConsoleModifiers.Control;

    private readonly KeyReader _keys = new();
    private readonly LineHistory _history = new();

    /// <summary>Reads one. What is pasted with line ends in it is one text, also where it comes in pieces: the terminal marks its end.</summary>
    /// <param name="prompt">Stands before it.</param>
    /// <param name="interrupt">Ends the reading.</param>
    /// <returns>The line; null when Ctrl+D ends the input.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<string?> ReadAsync(string prompt, CancellationToken interrupt)
    {
        var line = new EditedLine();
        _history.Begin();
        KeyReader.TakeTerminal();    // before the prompt asks for them
        painter.Paint(prompt, line);
        painter.MarkPastes(true);
        bool isLine;
        try
        {
            isLine = await EditAsync(prompt, line, interrupt);
        }
        finally
        {
            painter.MarkPastes(false);
        }

        Console.WriteLine();
        if (!isLine)
        {
            return null;
        }

        _history.Add(line.Text);
        return line.Text;
    }

    /// <summary>Does what keys say until one ends the line. False when it ends the input.</summary>
    private async Task<bool> EditAsync(string prompt, EditedLine line, CancellationToken interrupt)
    {
        while (true)
        {
            switch (await _keys.NextAsync(interrupt))
            {
                case { Pasted: { } text }:
                    line.Insert(text);
                    break;
                case { Key.Key: ConsoleKey.Enter } when !_keys.IsKeyThere:    // a paste that is not marked goes on at once
                    painter.Paint(prompt, line);
                    return true;
                case { Key: { Key: ConsoleKey.D, Modifiers: Control } } when line.Text.Length == 0:
                    return false;
                case var (key, _):
                    Edit(line, key);
                    break;
            }

            if (!_keys.IsKeyThere)
            {
                painter.Paint(prompt, line);
            }
        }
    }

    private void Edit(EditedLine line, ConsoleKeyInfo key)
    {
        switch (key)
        {
            case { Key: ConsoleKey.Enter }: line.Insert("\n"); break;
            case { Key: ConsoleKey.Tab }: Complete(line); break;
            case { Key: ConsoleKey.UpArrow }: Recall(line, -1); break;
            case { Key: ConsoleKey.DownArrow }: Recall(line, 1); break;
            case { Key: ConsoleKey.LeftArrow, Modifiers: Control }: line.WordLeft(); break;
            case { Key: ConsoleKey.RightArrow, Modifiers: Control }: line.WordRight(); break;
            case { Key: ConsoleKey.LeftArrow }: line.Left(); break;
            case { Key: ConsoleKey.RightArrow }: line.Right(); break;
            case { Key: ConsoleKey.Home } or { Key: ConsoleKey.A, Modifiers: Control }: line.Home(); break;
            case { Key: ConsoleKey.End } or { Key: ConsoleKey.E, Modifiers: Control }: line.End(); break;
            case { Key: ConsoleKey.Backspace }: line.Backspace(); break;
            case { Key: ConsoleKey.Delete } or { Key: ConsoleKey.D, Modifiers: Control }: line.Delete(); break;
            case { Key: ConsoleKey.W, Modifiers: Control }: line.CutWord(); break;
            case { Key: ConsoleKey.U, Modifiers: Control }: line.CutToHome(); break;
            case { Key: ConsoleKey.K, Modifiers: Control }: line.CutToEnd(); break;
            case { KeyChar: not '\0' } when !char.IsControl(key.KeyChar): line.Insert(key.KeyChar.ToString()); break;
            default: break;    // a key that means nothing here
        }
    }

    private void Recall(EditedLine line, int places)
    {
        if (_history.Move(places, line.Text) is { } other)
        {
            line.Replace(other);
        }
    }

    /// <summary>Writes what all commands that begin like this have in common.</summary>
    private void Complete(EditedLine line)
    {
        var matches = commands.Where(command => line.Text.StartsWith('/') && command.StartsWith(line.Text, StringComparison.Ordinal)).ToList();
        if (matches.Count == 0)
        {
            return;
        }

        var length = Enumerable.Range(0, matches.Min(match => match.Length) + 1).Last(length => matches.All(match => match[..length] == matches[0][..length]));
        line.Replace(matches.Count == 1 ? matches[0] + " " : matches[0][..length]);
    }
}
