using System.Text;
using System.Text.Json.Nodes;

namespace Rill.Bench.Models;

/// <summary>Writes the beginning of a safetensors file of bf16; the tensors' bytes follow it in their order.</summary>
internal static class SafetensorsOut
{
    /// <summary>Writes the header.</summary>
    public static void WriteHeader(FileStream file, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        var header = new JsonObject();
        var offset = 0L;
        foreach (var (name, shape) in tensors)
        {
            var end = offset + (shape.Aggregate(1L, (product, length) => product * length) * sizeof(ushort));
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16",
                ["shape"] = new JsonArray([.. shape.Select(length => (JsonNode)length)]),
                ["data_offsets"] = new JsonArray(offset, end),
            };
            offset = end;
        }

        // Spaces at the end, which the format allows, so that the data begins at a multiple of 64.
        var text = header.ToJsonString();
        var json = Encoding.ASCII.GetBytes(text.PadRight(((text.Length + 8 + 63) / 64 * 64) - 8));
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
    }
}
