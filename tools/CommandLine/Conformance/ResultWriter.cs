using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rill.CommandLine.Conformance;

/// <summary>Writes results: a line for each case as it ends, and a sum; or one JSON object.</summary>
internal static class ResultWriter
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A line for one case; what was expected and what came stand below it.</summary>
    public static string Line(ConformanceResult result)
    {
        var line = $"{Mark(result.Outcome)} {result.Number,3}  {Name(result.Severity),-9}  {result.Title}\n";
        return result.Detail is { } detail ? $"{line}       {detail}\n" : line;
    }

    /// <summary>How many passed, failed and were skipped.</summary>
    public static string Sum(IReadOnlyCollection<ConformanceResult> results) =>
        $"\n{Count(results, Outcome.Passed)} passed, {Count(results, Outcome.Failed)} failed, {Count(results, Outcome.Skipped)} skipped\n";

    /// <summary>All results as one JSON object.</summary>
    public static byte[] Json(Uri url, IReadOnlyCollection<ConformanceResult> results)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            json.WriteString("url", url.ToString());
            foreach (var outcome in Enum.GetValues<Outcome>())
            {
                json.WriteNumber(Name(outcome), Count(results, outcome));
            }

            json.WriteStartArray("cases");
            foreach (var result in results)
            {
                json.WriteStartObject();
                json.WriteNumber("number", result.Number);
                json.WriteString("severity", Name(result.Severity));
                json.WriteString("title", result.Title);
                json.WriteString("outcome", Name(result.Outcome));
                json.WriteString("detail", result.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static int Count(IReadOnlyCollection<ConformanceResult> results, Outcome outcome) => results.Count(result => result.Outcome == outcome);

    private static string Mark(Outcome outcome) => outcome switch
    {
        Outcome.Passed => "✓",
        Outcome.Failed => "✗",
        _ => "–",
    };

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}
