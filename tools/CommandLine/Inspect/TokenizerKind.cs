using System.Text.Json;

namespace Rill.CommandLine.Inspect;

/// <summary>Says in words what kind of tokenizer a tokenizer.json describes.</summary>
internal static class TokenizerKind
{
    /// <summary>Such as "BPE, byte-level" or "BPE with byte fallback". The bytes must be a tokenizer.json that a tokenizer was read from.</summary>
    public static string Describe(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json);
        var root = document.RootElement;
        var model = root.GetProperty("model");
        var type = model.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : "BPE";
        if (model.TryGetProperty("byte_fallback", out var fallback) && fallback.ValueKind == JsonValueKind.True)
        {
            return $"{type} with byte fallback";
        }

        return root.TryGetProperty("decoder", out var decoder) && decoder.GetRawText().Contains("\"ByteLevel\"", StringComparison.Ordinal)
            ? $"{type}, byte-level"
            : $"{type}";
    }
}
