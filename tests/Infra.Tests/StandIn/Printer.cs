using System.Text.Json;
using System.Text.Json.Nodes;
using DevLab.JmesPath;

namespace Rill.Infra.Tests.StandIn;

/// <summary>Prints a result as az does: <c>--query</c> by JMESPath, <c>--output</c> as tab-separated values, JSON or nothing.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>The text for a result.</summary>
    public static string Print(JsonNode? result, string query, string output)
    {
        var shown = query.Length == 0 || result is null ? result : JsonNode.Parse(new JmesPath().Transform(result.ToJsonString(), query));
        return output switch
        {
            "none" => "",
            _ when shown is null => "",
            "tsv" => string.Concat((shown is JsonArray rows ? rows : [shown.DeepClone()]).Select(row => Row(row) + "\n")),
            "" or "json" or "table" => shown.ToJsonString(_indented) + "\n",
            _ => throw new CommandFailure($"argument --output: invalid choice: '{output}'", 2),
        };
    }

    private static string Row(JsonNode? row) => row switch
    {
        JsonArray cells => string.Join('\t', cells.Select(Cell)),
        JsonObject cells => string.Join('\t', cells.Select(cell => Cell(cell.Value))),
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.ToString(),
        _ => Cell(row),
    };

    // Python's names of values, which az prints inside of rows.
    private static string Cell(JsonNode? cell) => cell switch
    {
        null => "None",
        JsonArray or JsonObject => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.True => "True",
        JsonValue value when value.GetValueKind() == JsonValueKind.False => "False",
        _ => cell.ToString(),
    };
}
