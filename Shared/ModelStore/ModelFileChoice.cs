using Rill.Models;
using Rill.Models.Gguf;

namespace Rill.ModelStore;

/// <summary>
/// Which of a repository's or a directory's files make the model that Rill reads: those of <see cref="ModelFileNames"/>, and the weights.
/// </summary>
internal static class ModelFileChoice
{
    /// <summary>
    /// Configuration, tokenizer, templates and one set of weights: the single file of safetensors, the shards that the index names, or where
    /// there is neither a GGUF file with its parts. Of an adapter its configuration and its
    /// matrices.
    /// </summary>
    /// <param name="names">Names of the files that are there.</param>
    /// <param name="place">Where they are, for the error.</param>
    /// <param name="readIndex">Gives the content of <see cref="ModelFileNames.WeightIndex"/>; called where there is no single file.</param>
    /// <exception cref="StoreException">They make no model, or several.</exception>
    /// <exception cref="ModelFormatException">The index is broken.</exception>
    public static async Task<IReadOnlyList<string>> ChooseAsync(IEnumerable<string> names, string place, Func<Task<ReadOnlyMemory<byte>>> readIndex)
    {
        var all = names.ToHashSet(StringComparer.Ordinal);
        var small = ModelFileNames.Small.Where(name => name != ModelFileNames.WeightIndex && all.Contains(name))
            .Order(StringComparer.Ordinal).ToList();
        if (IsAdapter(all))
        {
            return [ModelFileNames.AdapterConfig, ModelFileNames.AdapterWeights];
        }

        if (all.Contains(ModelFileNames.Config) && all.Contains(ModelFileNames.SingleWeights))
        {
            return [.. small, ModelFileNames.SingleWeights];
        }

        if (!all.Contains(ModelFileNames.SingleWeights) && !all.Contains(ModelFileNames.WeightIndex)
            && GgufNames.Models(all) is { Count: > 0 } models)
        {
            // What a config.json says beside a GGUF file is of the model before its conversion, and is not read.
            return [.. small.Where(name => name != ModelFileNames.Config), .. ChooseGguf(all, place, models)];
        }

        if (!all.Contains(ModelFileNames.Config) || !all.Contains(ModelFileNames.WeightIndex))
        {
            var weights = $"{ModelFileNames.SingleWeights} and {ModelFileNames.WeightIndex}";
            throw Missing(place, all.Contains(ModelFileNames.Config) ? weights : ModelFileNames.Config);
        }

        var index = WeightIndex.Parse(await readIndex().ConfigureAwait(false));
        var shards = index.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return shards.Find(shard => !all.Contains(shard)) is { } missing
            ? throw new StoreException(StoreFailure.Missing, $"{place} lacks {missing}, which its {ModelFileNames.WeightIndex} names.")
            : [.. small, .. shards, ModelFileNames.WeightIndex];
    }

    /// <summary>A GGUF file that is a model by itself, and its further parts.</summary>
    /// <param name="names">Names of the files that are there.</param>
    /// <param name="place">Where they are, for the error.</param>
    /// <param name="models">The files among which there must be no choice.</param>
    /// <exception cref="StoreException">They are several, or one or a part of it is missing.</exception>
    public static IReadOnlyList<string> ChooseGguf(IReadOnlySet<string> names, string place, IReadOnlyList<string> models)
    {
        if (models is not [var model])
        {
            throw new StoreException(StoreFailure.Invalid,
                $"{place} holds several models ({string.Join(", ", models.Take(5))}); name one of the files, such as {place}/{models[0]}.");
        }

        var parts = GgufNames.WithParts(model);
        return parts.FirstOrDefault(part => !names.Contains(part)) is { } missing
            ? throw new StoreException(StoreFailure.Missing, $"{place} lacks {missing}{(parts.Count > 1 ? $", which is a part of {model}" : "")}.")
            : parts;
    }

    private static StoreException Missing(string place, string files) =>
        new(StoreFailure.Missing, $"{place} lacks {files}; it is not a model in the form that Rill reads.");

    /// <summary>True where there are an adapter's matrices and no model's: what else lies there is its base's, or tells of the training.</summary>
    private static bool IsAdapter(HashSet<string> names) =>
        names.Contains(ModelFileNames.AdapterConfig) && names.Contains(ModelFileNames.AdapterWeights)
        && !names.Contains(ModelFileNames.SingleWeights) && !names.Contains(ModelFileNames.WeightIndex);
}
