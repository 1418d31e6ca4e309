namespace Rill;

/// <summary>
/// The files that Rill reads of a model, each with a bound on its size; the shards that the index names come on top.
/// <see cref="ModelFiles.Read"/> takes no other name and stores carry just these, so that whoever reads a further file has to add it here.
/// </summary>
public static class ModelFileNames
{
    /// <summary>The architecture and its sizes.</summary>
    public const string Config = "config.json";

    /// <summary>The authors' sampling parameters and end tokens.</summary>
    public const string GenerationConfig = "generation_config.json";

    /// <summary>The tokenizer.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>The special tokens, and in older models the chat templates.</summary>
    public const string TokenizerConfig = "tokenizer_config.json";

    /// <summary>The special tokens of models that were saved before tokenizer_config.json held them.</summary>
    public const string SpecialTokensMap = "special_tokens_map.json";

    /// <summary>The chat template.</summary>
    public const string ChatTemplate = "chat_template.jinja";

    /// <summary>The chat template for conversations with tools.</summary>
    public const string ToolTemplate = "additional_chat_templates/tool_use.jinja";

    /// <summary>What a model that embeds is made of, as sentence-transformers writes it.</summary>
    public const string Modules = "modules.json";

    /// <summary>How such a model makes one vector of its tokens'.</summary>
    public const string Pooling = "1_Pooling/config.json";

    /// <summary>The weights, where one file holds them all.</summary>
    public const string SingleWeights = "model.safetensors";

    /// <summary>Which shard holds which tensor.</summary>
    public const string WeightIndex = "model.safetensors.index.json";

    /// <summary>What an adapter changes of its model, as PEFT writes it.</summary>
    public const string AdapterConfig = "adapter_config.json";

    /// <summary>An adapter's matrices.</summary>
    public const string AdapterWeights = "adapter_model.safetensors";

    private const long MiB = 1 << 20;

    private static readonly Dictionary<string, long> s_mostBytes = new(StringComparer.Ordinal)
    {
        [Config] = 16 * MiB,
        [GenerationConfig] = 16 * MiB,
        [Tokenizer] = 128 * MiB,          // the largest published ones have about 33 MiB
        [TokenizerConfig] = 16 * MiB,
        [SpecialTokensMap] = 16 * MiB,
        [ChatTemplate] = 4 * MiB,
        [ToolTemplate] = 4 * MiB,
        [Modules] = MiB,
        [Pooling] = MiB,
        [WeightIndex] = 64 * MiB,
        [AdapterConfig] = MiB,
    };

    /// <summary>The names of all files but the weights themselves.</summary>
    public static IReadOnlyCollection<string> Small => s_mostBytes.Keys;

    /// <summary>The most bytes that a file may have.</summary>
    /// <exception cref="ArgumentException">Not a name of <see cref="Small"/>.</exception>
    public static long MostBytes(string name) => s_mostBytes.TryGetValue(name, out var most)
        ? most
        : throw new ArgumentException($"{name} is not among the files that Rill reads of a model.", nameof(name));

    /// <summary>Refuses a size beyond <see cref="MostBytes"/>.</summary>
    /// <param name="name">A name of <see cref="Small"/>.</param>
    /// <param name="size">The file's size in bytes.</param>
    /// <param name="place">How the error names the file.</param>
    /// <exception cref="ModelFileException">The file is too large.</exception>
    public static void CheckSize(string name, long size, string place)
    {
        if (size > MostBytes(name))
        {
            throw new ModelFileException($"{place} has {size} bytes, but Rill reads at most {MostBytes(name)} of such a file.");
        }
    }
}
