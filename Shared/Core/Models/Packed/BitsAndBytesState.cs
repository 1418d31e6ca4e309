using System.Text.Json;

namespace Rill.Models.Packed;

/// <summary>The sizes of a matrix that bitsandbytes has packed.</summary>
/// <param name="Rows">Outputs.</param>
/// <param name="Columns">Inputs.</param>
/// <param name="BlockSize">Elements that share a scale.</param>
/// <param name="NestedBlockSize">Scales that share a scale of theirs.</param>
/// <param name="NestedOffset">Added to such a scale.</param>
internal sealed record BitsAndBytesState(long Rows, long Columns, long BlockSize, long NestedBlockSize, float NestedOffset)
{
    private const int MostBytes = 1 << 16;
    private const int MostSize = 1 << 24;

    /// <summary>Reads a tensor that holds them as JSON.</summary>
    /// <exception cref="ModelFormatException">It is not that.</exception>
    public static BitsAndBytesState Read(PackedPart state)
    {
        try
        {
            using var document = JsonDocument.Parse(state.OfType("U8").Bytes(0, (int)Math.Min(state.ByteCount, MostBytes)).ToArray());
            var root = document.RootElement;
            var shape = root.GetProperty("shape");
            if (shape.GetArrayLength() == 2)
            {
                return new(
                    Size(shape[0]), Size(shape[1]), Size(root.GetProperty("blocksize")),
                    root.TryGetProperty("nested_blocksize", out var nested) ? Size(nested) : 256,
                    root.TryGetProperty("nested_offset", out var offset) ? offset.GetSingle() : 0);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelFormatException(Fault(state), error);
        }

        throw new ModelFormatException(Fault(state));
    }

    private static long Size(JsonElement value) =>
        value.GetInt64() is var size and > 0 and <= MostSize ? size : throw new FormatException("A size is out of range.");

    private static string Fault(PackedPart state) => state.Wrong("is no JSON with blocksize and a shape of two positive numbers").Message;
}
