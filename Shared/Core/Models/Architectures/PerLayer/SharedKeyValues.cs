namespace Rill.Models.Architectures.PerLayer;

/// <summary>Reads how many of the last layers have no keys and values of their own.</summary>
internal static class SharedKeyValues
{
    private const string Name = "num_kv_shared_layers";

    /// <summary>
    /// For each layer the one whose keys and values it reads: its own, and for the last ones those of the last layer before them of the same kind,
    /// sliding or not. Empty where no layer shares.
    /// </summary>
    /// <param name="config">The settings.</param>
    /// <param name="windows">The window of each layer.</param>
    /// <param name="absent">How many share in the family's class.</param>
    /// <exception cref="ModelFormatException">There is no such layer.</exception>
    public static IReadOnlyList<int?> Sources(ModelConfig config, IReadOnlyList<int?> windows, int absent)
    {
        var shared = config.Count(Name, absent);
        var own = windows.Count - shared;
        return shared == 0 ? [] : [.. windows.Select((window, layer) => (int?)(layer < own ? layer : SourceOf(window)))];

        int SourceOf(int? window)
        {
            for (var layer = own - 1; layer >= 0; layer--)
            {
                if (windows[layer] == window)
                {
                    return layer;
                }
            }

            throw new ModelFormatException(
                $"config.json: {Name} is {shared}, but none of the layers before the last {shared} is of the same kind as each of them "
                + "(layer_types); lower it.");
        }
    }
}
