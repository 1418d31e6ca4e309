using System.Text.Json;
using Spectre.Console;

namespace Rill.CommandLine.Top;

/// <summary>Writes readings: a panel on a terminal, aligned text, or a line of JSON.</summary>
internal static class ReadingWriter
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>A reading as one line of JSON.</summary>
    public static string Json(EngineReading reading) => JsonSerializer.Serialize(reading, s_json) + "\n";

    /// <summary>A reading as text without colours.</summary>
    public static string Text(EngineReading reading)
    {
        var rows = ReadingRows.Of(reading).ToList();
        var width = rows.Max(row => row.Name.Length) + 2;
        return string.Join('\n', rows.Select(row => row.Name.PadRight(width) + row.Value).Prepend(ReadingRows.Title(reading))) + "\n";
    }

    /// <summary>A reading as a panel.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="trouble">Why it is an old one; null when it is not.</param>
    public static Panel Panel(EngineReading reading, string? trouble = null)
    {
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in ReadingRows.Of(reading))
        {
            grid.AddRow(new Markup($"[grey]{Markup.Escape(name)}[/]"), new Spectre.Console.Text(value));
        }

        if (reading.KvCacheUsage is { } usage)
        {
            grid.AddRow(
                new Markup(""),
                new BreakdownChart().HideTags().Width(40).AddItem("used", 100 * usage, Color.Green).AddItem("free", 100 * (1 - usage), Color.Grey));
        }

        if (trouble is not null)
        {
            grid.AddRow(new Markup("[red]no answer[/]"), new Spectre.Console.Text(trouble));
        }

        return new Panel(grid).Header(Markup.Escape(ReadingRows.Title(reading))).Border(BoxBorder.Rounded).Expand();
    }
}
