using System.Globalization;

namespace Rill.CommandLine.Chat.Editing;

/// <summary>A text and a cursor in it, which steps over whole characters as people see them.</summary>
internal sealed class EditedLine
{
    /// <summary>The text.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The cursor: the index in <see cref="Text"/> that it stands before.</summary>
    public int Cursor { get; private set; }

    /// <summary>Another text, its cursor at the end.</summary>
    public void Replace(string text) => (Text, Cursor) = (text, text.Length);

    /// <summary>Writes at the cursor.</summary>
    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Steps back.</summary>
    public void Left() => Cursor = Before();

    /// <summary>Steps on.</summary>
    public void Right() => Cursor = After();

    /// <summary>To the beginning.</summary>
    public void Home() => Cursor = 0;

    /// <summary>To the end.</summary>
    public void End() => Cursor = Text.Length;

    /// <summary>To the beginning of the word before the cursor.</summary>
    public void WordLeft() => Cursor = WordStart();

    /// <summary>Behind the end of the word after the cursor.</summary>
    public void WordRight()
    {
        while (Cursor < Text.Length && char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < Text.Length && !char.IsWhiteSpace(Text[Cursor]))
        {
            Cursor++;
        }
    }

    /// <summary>Takes the character before the cursor out.</summary>
    public void Backspace() => Cut(Before(), Cursor);

    /// <summary>Takes the character after the cursor out.</summary>
    public void Delete() => Cut(Cursor, After());

    /// <summary>Takes the word before the cursor out.</summary>
    public void CutWord() => Cut(WordStart(), Cursor);

    /// <summary>Takes all before the cursor out.</summary>
    public void CutToHome() => Cut(0, Cursor);

    /// <summary>Takes all after the cursor out.</summary>
    public void CutToEnd() => Cut(Cursor, Text.Length);

    private void Cut(int from, int to)
    {
        Text = Text.Remove(from, to - from);
        Cursor = from;
    }

    private int After() => Cursor == Text.Length ? Cursor : Cursor + StringInfo.GetNextTextElementLength(Text, Cursor);

    private int Before()
    {
        var before = 0;
        for (var at = 0; at < Cursor; at += StringInfo.GetNextTextElementLength(Text, at))
        {
            before = at;
        }

        return before;
    }

    private int WordStart()
    {
        var start = Cursor;
        while (start > 0 && char.IsWhiteSpace(Text[start - 1]))
        {
            start--;
        }

        while (start > 0 && !char.IsWhiteSpace(Text[start - 1]))
        {
            start--;
        }

        return start;
    }
}
