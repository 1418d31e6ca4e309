using System.Globalization;
using System.Text.Json;

namespace Rill.Models;

/// <summary>
/// generation_config.json: what the model's authors recommend. Null means that the file does not say, or says what no request may ask for.
/// <c>do_sample</c> is not read, as in vLLM: a request that wants greedy decoding says temperature 0.
/// </summary>
public sealed record GenerationConfig
{
    /// <summary>Tokens that end a turn, of this file and then of config.json; may be empty, or name an id twice.</summary>
    public IReadOnlyList<EndToken> EndTokens { get; private init; } = [];

    /// <summary>In [0, 2].</summary>
    public float? Temperature { get; private init; }

    /// <summary>In [0, 1].</summary>
    public float? TopP { get; private init; }

    /// <summary>At least 0; 0 for all tokens.</summary>
    public int? TopK { get; private init; }

    /// <summary>In [0, 1].</summary>
    public float? MinP { get; private init; }

    /// <summary>In (0, 10].</summary>
    public float? RepetitionPenalty { get; private init; }

    /// <summary>A sentence for each recommendation that is passed over, for the log.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Reads a model directory; without the file every recommendation is null.</summary>
    /// <exception cref="ModelFormatException">A file is not JSON, or names an end token that is no id.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static GenerationConfig Load(string directory) => Load(ModelFiles.InDirectory(directory));

    /// <summary>Reads a model's files; without generation_config.json every recommendation is null.</summary>
    /// <exception cref="ModelFormatException">A file is not JSON, or names an end token that is no id.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static GenerationConfig Load(ModelFiles files)
    {
        var file = JsonFile.Open(files, ModelFileNames.GenerationConfig);
        var notes = new List<string>();

        // The bounds are those of a request's fields (GenerationRules).
        return new GenerationConfig
        {
            EndTokens = [.. file.EndTokens(), .. JsonFile.Open(files, ModelFileNames.Config).EndTokens()],
            Temperature = (float?)file.Recommended("temperature", value => value is >= 0 and <= 2, notes),
            TopP = (float?)file.Recommended("top_p", value => value is >= 0 and <= 1, notes),
            TopK = file.Recommended("top_k", value => value is >= -1 and <= int.MaxValue && double.IsInteger(value), notes) is { } count
                ? Math.Max(0, (int)count)    // -1 turns it off, as 0 does
                : null,
            MinP = (float?)file.Recommended("min_p", value => value is >= 0 and <= 1, notes),
            RepetitionPenalty = (float?)file.Recommended("repetition_penalty", value => value is > 0 and <= 10, notes),
            Notes = notes,
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

        /// <summary>A number; what is none, or may not be asked for, is passed over with a note: a recommendation is no reason to refuse a model.</summary>
        public double? Recommended(string name, Func<double, bool> isAllowed, List<string> notes)
        {
            if (Find(name) is not { } value)
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && isAllowed(number))
            {
                return number;
            }

            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Name} recommends {name} {Shorten(value.GetRawText())}, which no request may ask for; it is passed over."));
            return null;
        }

        /// <summary>A number or a list of numbers.</summary>
        public List<EndToken> EndTokens()
        {
            const string name = "eos_token_id";
            if (Find(name) is not { } value)
            {
                return [];
            }

            var file = Name;
            IEnumerable<JsonElement> items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
            return [.. items.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) && id >= 0
                ? new EndToken(id, file)
                : throw new ModelFormatException($"{file}: {name} must be a token id or a list of them."))];
        }

        private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";

        private JsonElement? Find(string name) =>
            Root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }
}
