using System.Text.Json;

namespace Rill.Models;

/// <summary>One entry of a safetensors header. Begin and End are byte offsets from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>
/// Parses and checks the header of a safetensors file (huggingface/safetensors, "Format"): a JSON object of entries whose ranges must
/// fit their shapes, lie in the file, and neither overlap nor leave holes.
/// </summary>
internal static class SafetensorsHeader
{
    private const int MostTensors = 1 << 18;    // a few hundred bytes of memory each; published shards have a few thousand

    private static readonly Dictionary<string, int> s_elementBits = new(StringComparer.Ordinal)
    {
        ["BOOL"] = 8, ["U8"] = 8, ["I8"] = 8, ["F8_E4M3"] = 8, ["F8_E5M2"] = 8, ["F8_E8M0"] = 8,
        ["U16"] = 16, ["I16"] = 16, ["F16"] = 16, ["BF16"] = 16,
        ["U32"] = 32, ["I32"] = 32, ["F32"] = 32,
        ["U64"] = 64, ["I64"] = 64, ["F64"] = 64, ["C64"] = 64,
    };

    /// <exception cref="ModelFormatException">The header breaks the format; the message says how.</exception>
    public static IReadOnlyList<SafetensorsEntry> Parse(ReadOnlyMemory<byte> json, long dataLength, string file)
    {
        List<SafetensorsEntry> entries;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.GetPropertyCount() > MostTensors)
            {
                throw new ModelFormatException($"{file}: the header names more than {MostTensors} tensors; split the weights into more files.");
            }

            entries = [.. document.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").Select(ReadEntry)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelFormatException($"{file}: the header is not valid safetensors JSON; the file is damaged.", error);
        }

        CheckRanges(entries, dataLength, file);
        return entries;
    }

    private static SafetensorsEntry ReadEntry(JsonProperty entry)
    {
        var offsets = entry.Value.GetProperty("data_offsets");
        return offsets.GetArrayLength() == 2
            ? new(entry.Name, entry.Value.GetProperty("dtype").GetString() ?? "null",
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())],
                offsets[0].GetInt64(), offsets[1].GetInt64())
            : throw new FormatException("data_offsets must have two entries.");
    }

    private static void CheckRanges(List<SafetensorsEntry> entries, long dataLength, string file)
    {
        long expected = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != expected || entry.End < entry.Begin)
            {
                throw new ModelFormatException($"{file}: the data of {entry.Name} overlaps another tensor's or leaves a hole; the file is damaged.");
            }

            if (entry.End > dataLength)
            {
                throw new ModelFormatException($"{file}: the data of {entry.Name} ends beyond the file; the file is cut short, download it again.");
            }

            if (ByteCount(entry, file) != entry.End - entry.Begin)
            {
                throw new ModelFormatException($"{file}: {entry.Name} has {entry.End - entry.Begin} bytes, which do not fit its shape and type; the file is damaged.");
            }

            expected = entry.End;
        }

        if (expected != dataLength)
        {
            throw new ModelFormatException($"{file}: {dataLength - expected} bytes at the end belong to no tensor; the file is damaged.");
        }
    }

    private static long ByteCount(SafetensorsEntry entry, string file)
    {
        if (!s_elementBits.TryGetValue(entry.Type, out var bits))
        {
            throw new ModelFormatException($"{file}: {entry.Name} has the unknown type {entry.Type}.");
        }

        try
        {
            return checked(entry.Shape.Aggregate(1L, (product, dimension) => dimension >= 0 ? product * dimension : -1) * (bits / 8));
        }
        catch (OverflowException)
        {
            return -1;
        }
    }
}
