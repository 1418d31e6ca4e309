namespace Rill.Chat.Embeddings;

/// <summary>Vectors of length 1 (L2).</summary>
internal static class UnitVector
{
    /// <summary>The values, divided by their length; zeros where all are zero. The sum is taken in doubles. Null where a value is not finite.</summary>
    public static float[]? Of(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += (double)value * value;
        }

        if (!double.IsFinite(sum))
        {
            return null;
        }

        var result = values.ToArray();
        if (sum > 0)
        {
            var length = Math.Sqrt(sum);
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = (float)(result[i] / length);
            }
        }

        return result;
    }
}
