using System.Globalization;
using System.Text;
using Rill.TrainModel.Training;

namespace Rill.TrainModel.Export;

/// <summary>The loss over time: a table for programs and a picture for people.</summary>
internal static class LossCurve
{
    private const int Points = 150;
    private const int Width = 640;
    private const int Height = 280;
    private const int Margin = 40;

    /// <summary>Writes loss.csv and loss.svg; each of their points is the mean of its neighbours.</summary>
    public static void Write(string directory, IReadOnlyList<TrainingPoint> curve)
    {
        var size = Math.Max(1, curve.Count / Points);
        var smooth = curve.Chunk(size).Select(chunk => chunk[^1] with { Loss = chunk.Average(point => point.Loss) }).ToList();
        var table = new StringBuilder("step,minutes,tokens,loss\n");
        foreach (var point in smooth)
        {
            table.Append(CultureInfo.InvariantCulture, $"{point.Step},{point.Elapsed.TotalMinutes:F2},{point.Tokens},{point.Loss:F4}\n");
        }

        File.WriteAllText(Path.Combine(directory, "loss.csv"), table.ToString());
        File.WriteAllText(Path.Combine(directory, "loss.svg"), Draw(smooth));
    }

    private static string Draw(List<TrainingPoint> curve)
    {
        if (curve.Count == 0)
        {
            return "";
        }

        var (maxLoss, minutes) = (curve.Max(point => point.Loss), curve[^1].Elapsed.TotalMinutes);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (var loss = 0; loss <= maxLoss; loss++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Margin} {Y(loss):F1}H{Width - 10}\" stroke=\"#ddd\"/><text x=\"{Margin - 16}\" y=\"{Y(loss) + 4:F1}\">{loss}</text>\n");
        }

        var path = string.Join(' ', curve.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Elapsed.TotalMinutes):F1},{Y(point.Loss):F1}")));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"#0067b8\" stroke-width=\"2\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">training loss (nats a token) over {minutes:F0} minutes</text>\n</svg>\n");
        return svg.ToString();

        double X(double minute) => Margin + (minute / minutes * (Width - Margin - 10));
        double Y(double loss) => Height - Margin - (loss / maxLoss * (Height - Margin - 15));
    }
}
