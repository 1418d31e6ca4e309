using System.Text.Json;

namespace Rill.Models;

/// <summary>model.safetensors.index.json: which shard holds which tensor.</summary>
public static class WeightIndex
{
    /// <summary>The shard of each tensor, by the tensor's name. A shard is a file of safetensors beside the index.</summary>
    /// <exception cref="ModelFormatException">The index is broken, or names a file elsewhere.</exception>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlyMemory<byte> json)
    {
        Dictionary<string, string> map;
        try
        {
            using var document = JsonDocument.Parse(json);
            map = document.RootElement.GetProperty("weight_map").EnumerateObject()
                .ToDictionary(entry => entry.Name, entry => entry.Value.GetString() ?? "", StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new ModelFormatException($"{ModelFileNames.WeightIndex} is not valid: it needs a weight_map from tensor names to file names.", error);
        }

        // Anything but a plain name would let a downloaded index read elsewhere.
        return map.Values.FirstOrDefault(shard => !IsPlain(shard)) is { } stray
            ? throw new ModelFormatException(
                $"{ModelFileNames.WeightIndex} names the shard '{stray}', which is not a plain file name of safetensors.")
            : map;
    }

    private static bool IsPlain(string shard) =>
        Path.GetFileName(shard) == shard && shard.EndsWith(".safetensors", StringComparison.Ordinal) && !shard.Any(char.IsControl);
}
