using System.Globalization;
using System.Text;
using Rill.Bench.Measure;

namespace Rill.Bench.Report;

/// <summary>A Markdown table whose columns also line up when read as plain text.</summary>
internal sealed class Table(params string[] header)
{
    private readonly List<string[]> _rows = [header];

    /// <summary>Adds a row with one cell for each column.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, header.Length, nameof(cells));
        _rows.Add(cells);
    }

    /// <summary>A number with as many decimals as three significant digits need, two at most.</summary>
    public static string Number(double value)
    {
        var decimals = Math.Abs(value) switch { >= 99.95 => 0, >= 9.995 => 1, _ => 2 };

        // Adding zero makes a rounded -0.00 positive.
        return (Math.Round(value, decimals) + 0.0).ToString($"F{decimals}", CultureInfo.InvariantCulture);
    }

    /// <summary>A number with so many decimals.</summary>
    public static string Number(double value, int decimals) => value.ToString($"F{decimals}", CultureInfo.InvariantCulture);

    /// <summary>The median, and in brackets the least and the greatest.</summary>
    public static string Spread(Summary summary) => $"{Number(summary.Median)} [{Number(summary.Min)}, {Number(summary.Max)}]";

    /// <inheritdoc/>
    public override string ToString()
    {
        var widths = Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        for (var i = 0; i < _rows.Count; i++)
        {
            text.Append("| ").AppendJoin(" | ", _rows[i].Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");
            if (i == 0)
            {
                text.Append("| ").AppendJoin(" | ", widths.Select(width => new string('-', width))).Append(" |\n");
            }
        }

        return text.ToString();
    }
}
