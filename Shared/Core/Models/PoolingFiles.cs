using System.Text.Json;

namespace Rill.Models;

/// <summary>
/// Reads what a model that embeds says of its pooling: sentence-transformers' modules.json, a list of what the text goes through, and the
/// pooling's own file. Whether the vectors are normalised is not asked: all answers are unit vectors (docs/adr/0075).
/// </summary>
public static class PoolingFiles
{
    private const string Folder = "1_Pooling";
    private const string Mode = "pooling_mode";
    private const string Advice = "Rill__Embeddings=last or mean embeds otherwise, off serves the model without embeddings.";

    /// <summary>The pooling that the files name; null for a model without modules.json.</summary>
    /// <param name="files">The model's files.</param>
    /// <param name="hiddenSize">Values of a token's hidden state.</param>
    /// <exception cref="ModelFormatException">A file is broken, or asks for what is not supported; the message names it.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static PoolingKind? Read(ModelFiles files, int hiddenSize)
    {
        if (!files.Has(ModelFileNames.Modules))
        {
            return null;
        }

        CheckModules(Parse(files, ModelFileNames.Modules));
        if (!files.Has(ModelFileNames.Pooling))
        {
            throw new ModelFormatException($"{ModelFileNames.Modules} names a pooling in {Folder}, but {files.Describe(ModelFileNames.Pooling)} does not exist.");
        }

        return ReadPooling(Parse(files, ModelFileNames.Pooling), hiddenSize);
    }

    /// <summary>The modules that are understood: the decoder itself, then the pooling, then perhaps the normalisation.</summary>
    private static void CheckModules(JsonElement root)
    {
        string[] expected = ["Transformer", "Pooling", "Normalize"];
        var modules = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Select(ReadModule).ToList() : [];
        for (var i = 0; i < modules.Count; i++)
        {
            var (kind, path) = modules[i];
            if (i >= expected.Length || kind != expected[i])
            {
                throw new ModelFormatException($"{ModelFileNames.Modules} names the module {kind} as number {i}, which is not supported: it may be {string.Join(", ", expected)}, in this order. {Advice}");
            }

            if (i < 2 && path != (i == 0 ? "" : Folder))
            {
                throw new ModelFormatException($"{ModelFileNames.Modules} places {kind} in '{path}': it is read from {(i == 0 ? "the model's own folder" : Folder)} alone. {Advice}");
            }
        }

        if (modules.Count < 2)
        {
            throw new ModelFormatException($"{ModelFileNames.Modules} must be a list that names a Transformer and its Pooling. {Advice}");
        }
    }

    private static (string Kind, string Path) ReadModule(JsonElement module) =>
        (Text(module, "type") is { } type ? type[(type.LastIndexOf('.') + 1)..] : "(without a type)", Text(module, "path") ?? "");

    /// <summary>The one mode that is on, in either form that the library has written.</summary>
    private static PoolingKind ReadPooling(JsonElement root, int hiddenSize)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException($"{ModelFileNames.Pooling} must hold a JSON object.");
        }

        if (root.TryGetProperty("word_embedding_dimension", out var size) && (size.ValueKind != JsonValueKind.Number || size.GetDouble() != hiddenSize))
        {
            throw new ModelFormatException($"{ModelFileNames.Pooling}: word_embedding_dimension is {size.GetRawText()}, but the model's hidden states have {hiddenSize} values.");
        }

        List<string> modes = Text(root, Mode) is { } only
            ? [only]
            : [.. root.EnumerateObject().Where(member => member.Name.StartsWith(Mode + "_", StringComparison.Ordinal) && member.Value.ValueKind == JsonValueKind.True).Select(member => member.Name)];
        return modes switch
        {
            [Mode + "_lasttoken" or "lasttoken"] => PoolingKind.Last,
            [Mode + "_mean_tokens" or "mean"] => PoolingKind.Mean,
            _ => throw new ModelFormatException(
                $"{ModelFileNames.Pooling} asks for {(modes.Count == 0 ? "no pooling mode" : string.Join(" and ", modes))}: supported are {Mode}_lasttoken and {Mode}_mean_tokens, one of them. {Advice}"),
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Parse(ModelFiles files, string name) => ModelJson.Parse(files.ReadText(name), name);
}
