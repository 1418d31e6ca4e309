using System.Text.Json;

namespace Rill.Models;

/// <summary>A Hugging Face config.json, read with errors that name the field. Null counts as absent where nothing else is said.</summary>
public sealed class ModelConfig
{
    private const int MostShown = 60;

    private readonly JsonElement _root;
    private readonly ModelConfig? _outer;
    private readonly HashSet<string> _shared;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private ModelConfig(JsonElement root, ModelConfig? outer = null, params IEnumerable<string> shared) =>
        (_root, _outer, _shared) = (root, outer, new(shared, StringComparer.Ordinal));

    /// <summary>Reads a model's config.json.</summary>
    /// <exception cref="ModelFormatException">The file is missing or is not a JSON object.</exception>
    /// <exception cref="ModelFileException">The file cannot or must not be read.</exception>
    public static ModelConfig Load(ModelFiles files) => files.Has(ModelFileNames.Config)
        ? Parse(files.ReadText(ModelFileNames.Config))
        : throw new ModelFormatException($"{files.Describe(ModelFileNames.Config)} does not exist; a model needs its config.json.");

    /// <summary>Parses the text of a config.json.</summary>
    /// <exception cref="ModelFormatException">The text is not a JSON object, or holds text that is not Unicode.</exception>
    public static ModelConfig Parse(string json)
    {
        var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
        var root = ModelJson.Parse(json, ModelFileNames.Config, options);
        return root.ValueKind == JsonValueKind.Object ? new ModelConfig(root) : throw new ModelFormatException("config.json must hold a JSON object.");
    }

    /// <summary>A required positive whole number, at most <paramref name="most"/>.</summary>
    public int Int(string name, int most = int.MaxValue) => OptionalInt(name, most) ?? throw new ModelFormatException($"config.json lacks {name}.");

    /// <summary>A positive whole number, at most <paramref name="most"/>; null when it is null, <paramref name="absent"/> when there is no such field.</summary>
    public int? OptionalInt(string name, int most = int.MaxValue, int? absent = null) => Find(name) switch
    {
        null => _root.TryGetProperty(name, out _) ? null : absent,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number > 0 && number <= most => number,
        var value => throw Wrong(name, value, most == int.MaxValue ? "a positive whole number" : $"a whole number from 1 to {most}"),
    };

    /// <summary>A whole number from 0 on, or <paramref name="absent"/>.</summary>
    public int Count(string name, int absent) => Find(name) switch
    {
        null => absent,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number >= 0 => number,
        var value => throw Wrong(name, value, "a whole number from 0 on"),
    };

    /// <summary>A positive number, or <paramref name="fallback"/> when absent.</summary>
    public double Number(string name, double fallback) => Find(name) switch
    {
        null => fallback,
        { } value when IsPositive(value) => value.GetDouble(),
        var value => throw Wrong(name, value, "a positive number"),
    };

    /// <summary>A required positive number.</summary>
    public double Number(string name) =>
        Find(name) is null ? throw new ModelFormatException($"config.json lacks {name}.") : Number(name, 0);

    /// <summary>A positive number; null when it is null, <paramref name="absent"/> when there is no such field.</summary>
    public double? OptionalNumber(string name, double? absent) =>
        Find(name) is not null ? Number(name, 0) : _root.TryGetProperty(name, out _) ? null : absent;

    /// <summary>A list of positive numbers, or null when absent.</summary>
    public IReadOnlyList<double>? Numbers(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsPositive) =>
            [.. list.EnumerateArray().Select(item => item.GetDouble())],
        var value => throw Wrong(name, value, "a list of positive numbers"),
    };

    /// <summary>A list of numbers from 0 on and below 1, or null when absent.</summary>
    public IReadOnlyList<double>? Shares(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsShare) =>
            [.. list.EnumerateArray().Select(item => item.GetDouble())],
        var value => throw Wrong(name, value, "a list of numbers from 0 on and below 1"),
    };

    /// <summary>A list of whole numbers from 0 on, or null when absent.</summary>
    public IReadOnlyList<int>? Counts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(IsCount) =>
            [.. list.EnumerateArray().Select(item => item.GetInt32())],
        var value => throw Wrong(name, value, "a list of whole numbers from 0 on"),
    };

    /// <summary>A switch, or <paramref name="fallback"/> when absent.</summary>
    public bool Flag(string name, bool fallback) => Find(name) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        var value => throw Wrong(name, value, "true or false"),
    };

    /// <summary>A switch that some files write as a number, where 0 is off; or <paramref name="fallback"/> when absent.</summary>
    public bool Switch(string name, bool fallback) => Find(name) is { ValueKind: JsonValueKind.Number } ? Count(name, 0) != 0 : Flag(name, fallback);

    /// <summary>A string, or null when absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        var value => throw Wrong(name, value, "a string"),
    };

    /// <summary>True where the field is a string.</summary>
    public bool IsText(string name) => Find(name) is { ValueKind: JsonValueKind.String };

    /// <summary>True where the field is a list.</summary>
    public bool IsList(string name) => Find(name) is { ValueKind: JsonValueKind.Array };

    /// <summary>A list of strings, or null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            [.. list.EnumerateArray().Select(item => item.GetString()!)],
        var value => throw Wrong(name, value, "a list of strings"),
    };

    /// <summary>True when the field is this number.</summary>
    public bool Is(string name, int number) => Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var found) && found == number;

    /// <summary>A list of positive whole numbers, or null when absent.</summary>
    public IReadOnlyList<int>? Sizes(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list
            when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var size) && size > 0) =>
            [.. list.EnumerateArray().Select(item => item.GetInt32())],
        var value => throw Wrong(name, value, "a list of positive whole numbers"),
    };

    /// <summary>A nested object, or null when absent. It takes the named fields from this one where it does not have them itself.</summary>
    public ModelConfig? Section(string name, params IReadOnlyList<string> shared) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ModelConfig(value, this, shared),
        var value => throw Wrong(name, value, "an object"),
    };

    /// <summary>Counts fields as read that ask for nothing where other fields are as they are.</summary>
    public void PassOver(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _read.Add(name);
        }
    }

    /// <summary>The fields that are not null and that nobody has asked for yet, with their values as JSON.</summary>
    public IEnumerable<(string Name, string Json)> Unread => _root.EnumerateObject()
        .Where(member => member.Value.ValueKind != JsonValueKind.Null && !_read.Contains(member.Name))
        .Select(member => (member.Name, member.Value.GetRawText()));

    /// <summary>The fields that are not null.</summary>
    public IEnumerable<string> Names => _root.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null).Select(member => member.Name);

    /// <summary>True when the field is present and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    // What a single cannot hold would be infinite in the decoder.
    private static bool IsPositive(JsonElement item) => item.ValueKind == JsonValueKind.Number && item.GetDouble() is > 0 and <= float.MaxValue;

    private static bool IsShare(JsonElement item) => item.ValueKind == JsonValueKind.Number && item.GetDouble() is >= 0 and < 1;

    private static bool IsCount(JsonElement item) => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number) && number >= 0;

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return _root.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.Null ? null : value
            : _shared.Contains(name) ? _outer!.Find(name) : null;
    }

    private static ModelFormatException Wrong(string name, JsonElement? value, string expected) =>
        new($"config.json: {name} must be {expected}, but is {Shorten(value?.GetRawText() ?? "null")}.");

    /// <summary>A value as a refusal quotes it: not a whole file.</summary>
    internal static string Shorten(string json) => json.Length <= MostShown ? json : json[..MostShown] + "...";
}
