using System.Globalization;
using Rill.CommandLine.Terminal;
using Spectre.Console.Rendering;

namespace Rill.CommandLine.Chat.Editing;

/// <summary>Shows a line that is being edited in one row of the terminal; of a longer one, the part around the cursor.</summary>
/// <param name="output">The terminal.</param>
/// <param name="width">Its columns, now.</param>
internal sealed class LinePainter(TextWriter output, Func<int> width)
{
    private const char NewLineMark = '⏎';
    private const int CharactersOfACell = 16;    // more than those of any character that people use

    /// <summary>Shows it in place of what stands in the row.</summary>
    public void Paint(string prompt, EditedLine line)
    {
        var room = Math.Max(8, width() - prompt.Length - 2);
        var text = line.Text.Replace('\n', NewLineMark).Replace('\t', ' ');
        var start = StartOf(text, line.Cursor, room);
        var end = EndOf(text, start, room);
        var column = prompt.Length + Cells(text[start..line.Cursor]) + 1;
        output.Write($"\r\e[2K\e[32m{prompt}\e[0m{HarmlessText.Of(text[start..end])}\e[{column}G");
        output.Flush();
    }

    /// <summary>Asks the terminal to put marks around what is pasted, or no longer. One that knows of no marks passes over it.</summary>
    public void MarkPastes(bool marked)
    {
        output.Write(marked ? "\e[?2004h" : "\e[?2004l");
        output.Flush();
    }

    /// <summary>So far to the left that the cursor is in the row. What stands too far before it is not counted: a text that was pasted may be long.</summary>
    private static int StartOf(string text, int cursor, int room)
    {
        var start = Math.Max(0, cursor - (CharactersOfACell * room));
        for (var cells = Cells(text[start..cursor]); cells > room;)
        {
            var length = StringInfo.GetNextTextElementLength(text, start);
            cells -= Cells(text.Substring(start, length));
            start += length;
        }

        return start;
    }

    private static int EndOf(string text, int start, int room)
    {
        var end = start;
        for (var cells = 0; end < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, end);
            cells += Cells(text.Substring(end, length));
            if (cells > room)
            {
                break;
            }

            end += length;
        }

        return end;
    }

    private static int Cells(string text) => text.Length == 0 ? 0 : new Segment(text).CellCount();
}
