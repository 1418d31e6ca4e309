using Spectre.Console;

namespace Rill.CommandLine.LoadTest;

/// <summary>Writes a report for people: a table on a terminal, aligned text into a pipe.</summary>
internal static class ReportWriter
{
    /// <summary>Text without colours, columns aligned.</summary>
    public static string Text(LoadReport report)
    {
        var rows = ReportRows.Of(report).Prepend(ReportRows.Head(report)).ToList();
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
        return string.Join('\n', lines.Concat(ReportRows.Notes(report).Prepend(""))).TrimEnd('\n') + "\n";
    }

    /// <summary>A table on a terminal.</summary>
    public static void Table(LoadReport report)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var (index, title) in ReportRows.Head(report).Index())
        {
            var column = new TableColumn(Markup.Escape(title));
            table.AddColumn(index == 0 ? column : column.RightAligned());
        }

        foreach (var row in ReportRows.Of(report))
        {
            table.AddRow(row.Select((cell, index) => new Spectre.Console.Text(cell, index == 0 ? new Style(Color.Grey) : Style.Plain)).ToArray());
        }

        AnsiConsole.Write(table);
        foreach (var note in ReportRows.Notes(report))
        {
            AnsiConsole.MarkupLine($"[yellow]![/] {Markup.Escape(note)}");
        }
    }
}
