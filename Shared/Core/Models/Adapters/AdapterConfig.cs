using System.Text.Json;

namespace Rill.Models.Adapters;

/// <summary>
/// A PEFT adapter_config.json: of each module that the adapter changes, the rank and the scale, alpha / r, or alpha / sqrt(r) for rslora
/// (arXiv 2312.03732). Which modules these are is told by the tensors, not by target_modules.
/// </summary>
public sealed class AdapterConfig
{
    /// <summary>Most rows of an A; published adapters have 4 to 256.</summary>
    public const int MostRank = 4096;

    private const string File = ModelFileNames.AdapterConfig;
    private const double DefaultAlpha = 8;    // PEFT's

    private readonly int _rank;
    private readonly double _alpha;
    private readonly bool _isRankStabilized;
    private readonly ModulePatterns<int> _ranks;
    private readonly ModulePatterns<double> _alphas;

    private AdapterConfig(JsonElement root)
    {
        AdapterFields.RefuseUnserved(root);
        _rank = root.TryGetProperty("r", out var rank) ? Rank("r", rank) : throw new ModelFormatException($"{File} lacks r, the adapter's rank.");
        _alpha = root.TryGetProperty("lora_alpha", out var alpha) ? Alpha("lora_alpha", alpha) : DefaultAlpha;
        _isRankStabilized = root.TryGetProperty("use_rslora", out var stabilized) && Flag("use_rslora", stabilized);
        _ranks = ModulePatterns<int>.Read(root, "rank_pattern", Rank);
        _alphas = ModulePatterns<double>.Read(root, "alpha_pattern", Alpha);
    }

    /// <summary>Reads an adapter's configuration.</summary>
    /// <exception cref="ModelFormatException">It is no LoRA adapter's, or asks for what is not served; the message names the field.</exception>
    /// <exception cref="ModelFileException">The file cannot or must not be read.</exception>
    public static AdapterConfig Load(ModelFiles files) => files.Has(File)
        ? Parse(files.ReadText(File))
        : throw new ModelFormatException($"{files.Describe(File)} does not exist; name the directory of a PEFT adapter.");

    /// <summary>Parses the text of an adapter_config.json.</summary>
    /// <exception cref="ModelFormatException">It is no LoRA adapter's, or asks for what is not served.</exception>
    public static AdapterConfig Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new AdapterConfig(document.RootElement)
                : throw new ModelFormatException($"{File} must hold a JSON object.");
        }
        catch (JsonException error)
        {
            throw new ModelFormatException($"{File} is not valid JSON (line {error.LineNumber + 1}); publish it anew.", error);
        }
    }

    /// <summary>Rows of a module's A and columns of its B.</summary>
    /// <param name="module">The module's path in the base's class, such as model.layers.0.self_attn.q_proj.</param>
    public int RankOf(string module) => _ranks.Find(module) ?? _rank;

    /// <summary>s in y = W x + s B(A x).</summary>
    /// <param name="module">The module's path.</param>
    public float ScaleOf(string module)
    {
        var (alpha, rank) = (_alphas.Find(module) ?? _alpha, (double)RankOf(module));
        return (float)(alpha / (_isRankStabilized ? Math.Sqrt(rank) : rank));
    }

    private static int Rank(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var rank) && rank is >= 1 and <= MostRank
            ? rank
            : throw AdapterFields.Wrong(name, value, $"a whole number from 1 to {MostRank}");

    private static double Alpha(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble()) <= float.MaxValue
            ? value.GetDouble()
            : throw AdapterFields.Wrong(name, value, "a number");

    private static bool Flag(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw AdapterFields.Wrong(name, value, "true or false"),
    };
}
