using System.Globalization;
using System.Net;
using System.Text;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Rill.CommandLine.LoadTest;

/// <summary>A report as one HTML page that asks for nothing else: the table, and its figures drawn as SVG.</summary>
internal static class ReportPlot
{
    private const int Width = 620;
    private const int Height = 360;

    private const string Style =
        "body{font:15px system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#222;background:#fff}"
        + "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}"
        + "td:first-child,th:first-child{text-align:left;white-space:pre}img{max-width:100%;height:auto}.plots{display:flex;flex-wrap:wrap;gap:1rem}";

    /// <summary>The page.</summary>
    public static string Html(LoadReport report)
    {
        var page = new StringBuilder();
        var title = Encode($"{report.Model} at {report.Url}");
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{Style}</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{title}</h1>\n<p>rill bench, {report.Started:yyyy-MM-dd HH:mm} UTC; prompts of {report.PromptTokens} tokens");
        page.Append(CultureInfo.InvariantCulture, $", {report.SharedPrefix} of them shared; answers of at most {report.MaxTokens}.</p>\n<table>");
        AppendRow(page, "th", ReportRows.Head(report));
        foreach (var row in ReportRows.Of(report))
        {
            AppendRow(page, "td", row);
        }

        page.Append("</table>\n");
        foreach (var note in ReportRows.Notes(report))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{Encode(note)}</p>\n");
        }

        page.Append("<div class=\"plots\">\n");
        foreach (var model in Models(report))
        {
            // As a picture of its own each, since the library gives parts of all of them the same ids.
            var svg = new SvgExporter { Width = Width, Height = Height }.ExportToString(model);
            page.Append(CultureInfo.InvariantCulture, $"<img alt=\"{Encode(model.Title)}\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}\">\n");
        }

        return page.Append("</div></body></html>\n").ToString();
    }

    private static IEnumerable<PlotModel> Models(LoadReport report)
    {
        var axis = report.Levels[0].Rate is null ? "streams at once" : "requests a second";
        yield return ByLevel("Output", axis, "tokens a second", report, ("output", level => level.OutputTokensPerSecond));
        yield return ByLevel("Time to the first token", axis, "ms", report, Percentiles(level => level.TtftMs));
        yield return ByLevel("Time between chunks", axis, "ms", report, Percentiles(level => level.ItlMs));
        yield return FirstTokens(report);
    }

    private static (string Name, Func<LevelReport, double?> Value)[] Percentiles(Func<LevelReport, Distribution?> times) =>
        [("p50", level => times(level)?.P50), ("p90", level => times(level)?.P90), ("p99", level => times(level)?.P99)];

    private static PlotModel ByLevel(string title, string xTitle, string yTitle, LoadReport report, params (string Name, Func<LevelReport, double?> Value)[] lines)
    {
        var model = NewModel(title, xTitle, yTitle);
        foreach (var (name, value) in lines)
        {
            var line = new LineSeries { Title = lines.Length > 1 ? name : null, MarkerType = MarkerType.Circle, MarkerSize = 4 };
            line.Points.AddRange(report.Levels.Where(level => value(level) is not null)
                .Select(level => new DataPoint(level.Concurrency ?? level.Rate ?? 0, value(level)!.Value)).OrderBy(point => point.X));
            model.Series.Add(line);
        }

        return model;
    }

    /// <summary>The part of all requests that have their first token after so long.</summary>
    private static PlotModel FirstTokens(LoadReport report)
    {
        var model = NewModel("Requests with their first token", "after ms", "%");
        foreach (var level in report.Levels)
        {
            var line = new StairStepSeries { Title = new LoadLevel(level.Concurrency, level.Rate).Title };
            line.Points.AddRange(level.FirstTokens.Select((time, index) => new DataPoint(time, 100.0 * (index + 1) / level.FirstTokens.Count)));
            model.Series.Add(line);
        }

        return model;
    }

    private static PlotModel NewModel(string title, string xTitle, string yTitle)
    {
        var model = new PlotModel { Title = title, Culture = CultureInfo.InvariantCulture, Background = OxyColors.White, DefaultFont = "Arial", PlotMargins = new OxyThickness(double.NaN) };
        model.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.RightTop, LegendPadding = 20, LegendLineSpacing = 6 });
        model.Axes.Add(NewAxis(AxisPosition.Bottom, xTitle));
        model.Axes.Add(NewAxis(AxisPosition.Left, yTitle));
        return model;
    }

    private static LinearAxis NewAxis(AxisPosition position, string title) => new()
    {
        Position = position, Title = title, Minimum = 0, MaximumPadding = 0.05, AxisTitleDistance = 16, MajorGridlineStyle = LineStyle.Dot,
    };

    private static void AppendRow(StringBuilder page, string tag, IReadOnlyList<string> cells) =>
        page.Append("<tr>").AppendJoin("", cells.Select(cell => $"<{tag}>{Encode(cell)}</{tag}>")).Append("</tr>\n");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
