namespace Rill.Bench.Models;

/// <summary>How weights are stored.</summary>
internal enum WeightFormat
{
    /// <summary>Single precision, for the check of equal tokens.</summary>
    F32,

    /// <summary>The upper half of a single.</summary>
    BF16,

    /// <summary>Eight bits and a scale for every 32: GGUF's q8_0.</summary>
    Q8,

    /// <summary>Four bits and a scale for every 32, the embedding in q8: GGUF's q4_0.</summary>
    Q4,
}

/// <summary>Names of formats.</summary>
internal static class WeightFormats
{
    /// <summary>Its name on the command line and in tables.</summary>
    public static string Name(this WeightFormat format) => format switch
    {
        WeightFormat.F32 => "f32",
        WeightFormat.BF16 => "bf16",
        WeightFormat.Q8 => "q8",
        _ => "q4",
    };

    /// <summary>Finds a format by its name; null for none.</summary>
    public static WeightFormat? Find(string name) =>
        Enum.GetValues<WeightFormat>().Where(format => format.Name() == name).Select(format => (WeightFormat?)format).FirstOrDefault();
}
