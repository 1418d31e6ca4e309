using System.Text.Json;

namespace Rill.Models;

/// <summary>
/// generation_config.json: what the model's authors recommend. Null means that the file does not say. <c>do_sample</c> is not read,
/// as in vLLM: a request that wants greedy decoding says temperature 0.
/// </summary>
public sealed record GenerationConfig
{
    /// <summary>Tokens that end a completion, from this file or else from config.json; empty when neither names any.</summary>
    public IReadOnlyList<int> EosTokenIds { get; private init; } = [];

    /// <summary>In [0, 2].</summary>
    public float? Temperature { get; private init; }

    /// <summary>In [0, 1].</summary>
    public float? TopP { get; private init; }

    /// <summary>0 for all tokens.</summary>
    public int? TopK { get; private init; }

    /// <summary>In [0, 1].</summary>
    public float? MinP { get; private init; }

    /// <summary>In (0, 10].</summary>
    public float? RepetitionPenalty { get; private init; }

    /// <summary>Reads a model directory; without the file every recommendation is null.</summary>
    /// <exception cref="ModelFormatException">A file is not JSON, or a value has the wrong type or lies outside its range.</exception>
    public static GenerationConfig Load(string directory) => Load(ModelFiles.InDirectory(directory));

    /// <summary>Reads a model's files; without generation_config.json every recommendation is null.</summary>
    /// <exception cref="ModelFormatException">A file is not JSON, or a value has the wrong type or lies outside its range.</exception>
    public static GenerationConfig Load(ModelFiles files)
    {
        var file = JsonFile.Open(files, ModelFileNames.GenerationConfig);
        var ends = file.Integers("eos_token_id");
        return new GenerationConfig
        {
            EosTokenIds = ends.Count > 0 ? ends : JsonFile.Open(files, ModelFileNames.Config).Integers("eos_token_id"),
            Temperature = file.Number("temperature", 0, 2),
            TopP = file.Number("top_p", 0, 1),
            TopK = (int?)file.Number("top_k", 0, int.MaxValue),
            MinP = file.Number("min_p", 0, 1),
            RepetitionPenalty = file.Number("repetition_penalty", 1e-6f, 10),
        };
    }

    private readonly record struct JsonFile(string Name, JsonElement Root)
    {
        public static JsonFile Open(ModelFiles files, string name)
        {
            try
            {
                using var document = JsonDocument.Parse(files.Has(name) ? files.ReadText(name) : "{}");
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? new JsonFile(name, document.RootElement.Clone())
                    : throw new ModelFormatException($"{name} must hold a JSON object.");
            }
            catch (JsonException error)
            {
                throw new ModelFormatException($"{name} is not valid JSON (line {error.LineNumber + 1}).", error);
            }
        }

        public float? Number(string name, float least, float most)
        {
            if (Find(name) is not { } value)
            {
                return null;
            }

            return value.ValueKind == JsonValueKind.Number && value.GetSingle() is var number && number >= least && number <= most
                ? number
                : throw new ModelFormatException(FormattableString.Invariant($"{Name}: {name} must be a number in [{least}, {most}]."));
        }

        /// <summary>A number or a list of numbers.</summary>
        public List<int> Integers(string name)
        {
            if (Find(name) is not { } value)
            {
                return [];
            }

            IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
            var ids = items.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) ? id : -1).ToList();
            return ids.Contains(-1) ? throw new ModelFormatException($"{Name}: {name} must be a token id or a list of them.") : ids;
        }

        private JsonElement? Find(string name) =>
            Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
