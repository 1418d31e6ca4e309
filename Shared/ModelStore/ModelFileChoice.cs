using Rill.Models;

namespace Rill.ModelStore;

/// <summary>Which of a repository's or a directory's files make the model that Rill reads: those of <see cref="ModelFileNames"/>, and the weights.</summary>
internal static class ModelFileChoice
{
    /// <summary>
    /// Configuration, tokenizer, templates and one set of safetensors: the single file, or the shards that the index names. Of an adapter its
    /// configuration and its matrices.
    /// </summary>
    /// <param name="names">Names of the files that are there.</param>
    /// <param name="place">Where they are, for the error.</param>
    /// <param name="readIndex">Gives the content of <see cref="ModelFileNames.WeightIndex"/>; called where there is no single file.</param>
    /// <exception cref="StoreException">They make no model.</exception>
    /// <exception cref="ModelFormatException">The index is broken.</exception>
    public static async Task<IReadOnlyList<string>> ChooseAsync(IEnumerable<string> names, string place, Func<Task<ReadOnlyMemory<byte>>> readIndex)
    {
        var all = names.ToHashSet(StringComparer.Ordinal);
        var small = ModelFileNames.Small.Where(name => name != ModelFileNames.WeightIndex && all.Contains(name)).Order(StringComparer.Ordinal);
        if (IsAdapter(all))
        {
            return [ModelFileNames.AdapterConfig, ModelFileNames.AdapterWeights];
        }

        if (all.Contains(ModelFileNames.Config) && all.Contains(ModelFileNames.SingleWeights))
        {
            return [.. small, ModelFileNames.SingleWeights];
        }

        if (!all.Contains(ModelFileNames.Config) || !all.Contains(ModelFileNames.WeightIndex))
        {
            throw new StoreException(StoreFailure.Missing,
                $"{place} lacks {(all.Contains(ModelFileNames.Config) ? $"{ModelFileNames.SingleWeights} and {ModelFileNames.WeightIndex}" : ModelFileNames.Config)}; it is not a model in the form that Rill reads.");
        }

        var shards = WeightIndex.Parse(await readIndex().ConfigureAwait(false)).Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return shards.Find(shard => !all.Contains(shard)) is { } missing
            ? throw new StoreException(StoreFailure.Missing, $"{place} lacks {missing}, which its {ModelFileNames.WeightIndex} names.")
            : [.. small, .. shards, ModelFileNames.WeightIndex];
    }

    /// <summary>True where there are an adapter's matrices and no model's: what else lies there is its base's, or tells of the training.</summary>
    private static bool IsAdapter(HashSet<string> names) =>
        names.Contains(ModelFileNames.AdapterConfig) && names.Contains(ModelFileNames.AdapterWeights)
        && !names.Contains(ModelFileNames.SingleWeights) && !names.Contains(ModelFileNames.WeightIndex);
}
