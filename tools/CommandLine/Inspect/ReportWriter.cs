using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Rill.CommandLine.Inspect;

/// <summary>Writes a report: as a table on a terminal, as aligned text into a pipe, as JSON for programs.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The report as one JSON object.</summary>
    public static string Json(ModelReport report) => JsonSerializer.Serialize(report, s_json) + "\n";

    /// <summary>The report as text without colours, values aligned.</summary>
    public static string Text(ModelReport report)
    {
        var rows = ReportRows.Of(report).Concat(report.Problems.Select((problem, index) => (Name: index == 0 ? "problem" : "", Value: problem))).ToList();
        var width = rows.Max(row => row.Name.Length) + 2;
        var lines = rows.Select(row => row.Name.PadRight(width) + row.Value).Append("").Append(ReportRows.Verdict(report));
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>The report on a terminal.</summary>
    public static void Table(ModelReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        foreach (var (name, value) in ReportRows.Of(report))
        {
            table.AddRow(new Markup($"[grey]{Markup.Escape(name)}[/]"), new Spectre.Console.Text(value));
        }

        AnsiConsole.Write(table);
        foreach (var problem in report.Problems)
        {
            AnsiConsole.MarkupLine($"[red]✗[/] {Markup.Escape(problem)}");
        }

        AnsiConsole.MarkupLine(report.Servable ? $"[green]✓[/] {ReportRows.Verdict(report)}" : $"[red]{ReportRows.Verdict(report)}[/]");
    }
}
