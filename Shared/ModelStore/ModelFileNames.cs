using System.Text.RegularExpressions;

namespace Rill.ModelStore;

/// <summary>Which of a repository's or a directory's files make the model that Rill reads.</summary>
internal static partial class ModelFileNames
{
    private const string Config = "config.json";
    private const string SingleWeights = "model.safetensors";
    private const string WeightIndex = "model.safetensors.index.json";

    private static readonly HashSet<string> _small = new(StringComparer.Ordinal)
    {
        Config, "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja", "chat_template.json",
    };

    /// <summary>Configuration, tokenizer, template and one set of safetensors, small files first.</summary>
    /// <param name="names">Plain names.</param>
    /// <param name="place">Where they are, for the error.</param>
    /// <exception cref="StoreException">They make no model.</exception>
    public static IReadOnlyList<string> Choose(IEnumerable<string> names, string place)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        var weights = all.Contains(SingleWeights) ? [SingleWeights] : all.Where(name => Shard().IsMatch(name) || name == WeightIndex).ToList();
        return all.Contains(Config) && weights.Exists(name => name != WeightIndex)
            ? [.. all.Where(_small.Contains), .. weights]
            : throw new StoreException(StoreFailure.Missing, $"{place} lacks {Config} or {SingleWeights}; it is not a model in the form that Rill reads.");
    }

    [GeneratedRegex(@"^model-\d+-of-\d+\.safetensors$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
