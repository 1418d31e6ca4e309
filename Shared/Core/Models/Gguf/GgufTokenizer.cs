using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.Models.Gguf;

/// <summary>Writes a GGUF file's tokenizer as tokenizer.json, tokenizer_config.json and generation_config.json.</summary>
internal static class GgufTokenizer
{
    private const string SpaceMark = "\u2581";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>tokenizer.json.</summary>
    /// <exception cref="ModelFormatException">The tokenizer needs what is not supported; the message names it.</exception>
    public static byte[] Write(GgufVocabulary vocabulary)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, s_options))
        {
            writer.WriteStartObject();
            WriteAddedTokens(writer, vocabulary);
            var isBytes = vocabulary.Model == "gpt2";
            WriteNode(writer, "normalizer", isBytes ? null : Normalizer(vocabulary));
            WriteNode(writer, "pre_tokenizer", isBytes ? PreTokenizer(vocabulary) : null);
            WriteNode(writer, "decoder", isBytes ? ByteLevel() : Decoder(vocabulary));
            WriteModel(writer, vocabulary, isBytes);
            writer.WriteEndObject();
        }

        return json.ToArray();
    }

    /// <summary>tokenizer_config.json.</summary>
    public static JsonObject Config(GgufVocabulary vocabulary)
    {
        var config = new JsonObject { ["add_bos_token"] = vocabulary.AddsBeginning, ["add_eos_token"] = vocabulary.AddsEnd };
        foreach (var part in (string[])["bos", "eos", "unk", "pad"])
        {
            if (vocabulary.Named(part) is { } token)
            {
                config[part + "_token"] = token;
            }
        }

        if (vocabulary.Templates is { Count: > 0 } templates)
        {
            config["chat_template"] = templates.Count == 1 && templates.TryGetValue("default", out var only)
                ? only
                : new JsonArray([.. templates.Select(template => new JsonObject { ["name"] = template.Key, ["template"] = template.Value })]);
        }

        return config;
    }

    /// <summary>generation_config.json: the tokens that end an answer.</summary>
    public static JsonObject Generation(GgufVocabulary vocabulary) =>
        new() { ["eos_token_id"] = new JsonArray([.. vocabulary.Ends.Select(id => JsonValue.Create(id))]) };

    private static void WriteAddedTokens(Utf8JsonWriter writer, GgufVocabulary vocabulary)
    {
        writer.WriteStartArray("added_tokens");
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            if (!vocabulary.IsAdded(id))
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteNumber("id", id);
            writer.WriteString("content", vocabulary.Tokens[id]);
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            {
                writer.WriteBoolean(flag, false);
            }

            writer.WriteBoolean("special", vocabulary.IsSpecial(id));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter writer, GgufVocabulary vocabulary, bool isBytes)
    {
        writer.WriteStartObject("model");
        writer.WriteString("type", "BPE");
        writer.WriteBoolean("byte_fallback", !isBytes);
        writer.WriteBoolean("fuse_unk", !isBytes);
        writer.WriteBoolean("ignore_merges", isBytes && GgufPreTokenizers.TakesWholeWords(vocabulary.PreTokenizer));
        if (!isBytes && vocabulary.Named("unk") is { } unknown)
        {
            writer.WriteString("unk_token", unknown);
        }

        writer.WriteStartObject("vocab");
        var known = new HashSet<string>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Tokens.Count; id++)
        {
            // Of tokens with one text, the first is the one that encoding finds.
            if (known.Add(vocabulary.Tokens[id]))
            {
                writer.WriteNumber(vocabulary.Tokens[id], id);
            }
        }

        writer.WriteEndObject();
        WriteMerges(writer, vocabulary.Model == "llama" ? GgufMerges.FromScores(vocabulary) : GgufMerges.OfTokens(vocabulary.Merges, known));
        writer.WriteEndObject();
    }

    private static void WriteMerges(Utf8JsonWriter writer, IEnumerable<(string Left, string Right)> merges)
    {
        writer.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static void WriteNode(Utf8JsonWriter writer, string name, JsonNode? node)
    {
        writer.WritePropertyName(name);
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    }

    private static JsonObject PreTokenizer(GgufVocabulary vocabulary) => Sequence(
        "pretokenizers",
        [
            .. GgufPreTokenizers.Of(vocabulary.PreTokenizer).Select(pattern => new JsonObject
            {
                ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated", ["invert"] = false,
            }),
            ByteLevel(),
        ]);

    private static JsonObject ByteLevel() =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = false, ["use_regex"] = false };

    private static JsonObject Normalizer(GgufVocabulary vocabulary) => Sequence(
        "normalizers",
        [
            .. vocabulary.AddsSpace ? [new JsonObject { ["type"] = "Prepend", ["prepend"] = SpaceMark }] : Array.Empty<JsonObject>(),
            Replace(" ", SpaceMark),
        ]);

    private static JsonObject Decoder(GgufVocabulary vocabulary) => Sequence(
        "decoders",
        [
            Replace(SpaceMark, " "),
            new JsonObject { ["type"] = "ByteFallback" },
            new JsonObject { ["type"] = "Fuse" },
            .. vocabulary.AddsSpace
                ? [new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }]
                : Array.Empty<JsonObject>(),
        ]);

    private static JsonObject Replace(string text, string by) =>
        new() { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = text }, ["content"] = by };

    private static JsonObject Sequence(string name, JsonObject[] parts) => new() { ["type"] = "Sequence", [name] = new JsonArray([.. parts]) };
}
