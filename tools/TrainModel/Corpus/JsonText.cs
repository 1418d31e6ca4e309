using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rill.TrainModel.Corpus;

/// <summary>JSON in the spacing of Python's json module, which chat templates write: ", " and ": ".</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text as a JSON string.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, s_relaxed);

    /// <summary>An object of these members; the values are JSON already.</summary>
    public static string Object(IEnumerable<(string Key, string Value)> members) =>
        $"{{{string.Join(", ", members.Select(member => $"{Quote(member.Key)}: {member.Value}"))}}}";
}
