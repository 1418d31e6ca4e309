using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>
/// Reads a tokenizer.json in one pass over its bytes; the vocabulary and the merges, nearly all of the file, never become JSON elements.
/// </summary>
internal static class TokenizerSourceReader
{
    public static TokenizerSource Read(ModelFiles files, string name)
    {
        var source = new TokenizerSource(files.Describe(name));
        try
        {
            ReadMembers(ReadFile(files, name), source);
            return source;
        }
        catch (JsonException exception)
        {
            throw source.Broken("it is not valid JSON of a tokenizer", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw source.Broken("an element has an unexpected type", exception);
        }
    }

    private static ReadOnlyMemory<byte> ReadFile(ModelFiles files, string name)
    {
        var bytes = files.Read(name);
        return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    private static void ReadMembers(ReadOnlyMemory<byte> json, TokenizerSource source)
    {
        var vocabulary = default(ReadOnlyMemory<byte>);
        var merges = default(ReadOnlyMemory<byte>);
        var reader = new Utf8JsonReader(json.Span);
        Enter(ref reader);
        while (NextProperty(ref reader) is { } name)
        {
            if (name == "model")
            {
                (vocabulary, merges) = ReadModel(ref reader, json, source);
            }
            else
            {
                source.Members[name] = JsonElement.ParseValue(ref reader);
            }
        }

        RefuseOtherModels(source);
        if (vocabulary.IsEmpty || merges.IsEmpty)
        {
            throw source.Broken("model.vocab or model.merges is missing");
        }

        source.SpellsBytes = SpellsBytes(source);
        VocabularyReader.Read(vocabulary.Span, source);
        MergesReader.Read(merges.Span, source);
    }

    private static void RefuseOtherModels(TokenizerSource source)
    {
        var type = source.Model.TryGetValue("type", out var value) ? value.GetString() : "BPE";
        if (type != "BPE")
        {
            throw source.Unsupported($"the model type {type}");
        }

        foreach (var (name, option) in source.Model)
        {
            var isKnown = name switch
            {
                "type" or "byte_fallback" or "ignore_merges" or "unk_token" or "fuse_unk" => true,
                "continuing_subword_prefix" or "end_of_word_suffix" => option.ValueKind == JsonValueKind.Null || option.GetString() == "",
                "dropout" => option.ValueKind == JsonValueKind.Null || option.GetDouble() == 0,
                _ => false,
            };
            if (!isKnown)
            {
                throw source.Unsupported($"the model option {name}");
            }
        }
    }

    /// <summary>
    /// True when words are mapped to the <see cref="ByteAlphabet"/> and tokens mapped back: then both may be taken as the bytes they are.
    /// </summary>
    private static bool SpellsBytes(TokenizerSource source) =>
        !source.FindModelFlag("byte_fallback")
        && Types(source.Find("pre_tokenizer"), "pretokenizers").Contains("ByteLevel")
        && Types(source.Find("decoder"), "decoders").ToList() is ["ByteLevel", ..] decoders
        && decoders.Skip(1).All(type => type == "Fuse");

    /// <summary>The types of an element and, where it is a sequence, of its parts.</summary>
    private static IEnumerable<string> Types(JsonElement? element, string parts) => element?.FindString("type") switch
    {
        "Sequence" => element.Value.FindArray(parts).SelectMany(part => Types(part, parts)),
        { } type => [type],
        null => [],
    };

    private static (ReadOnlyMemory<byte> Vocabulary, ReadOnlyMemory<byte> Merges) ReadModel(
        ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, TokenizerSource source)
    {
        var vocabulary = default(ReadOnlyMemory<byte>);
        var merges = default(ReadOnlyMemory<byte>);
        Enter(ref reader);
        while (NextProperty(ref reader) is { } name)
        {
            switch (name)
            {
                case "vocab":
                    vocabulary = SkipValue(ref reader, json);
                    break;
                case "merges":
                    merges = SkipValue(ref reader, json);
                    break;
                default:
                    source.Model[name] = JsonElement.ParseValue(ref reader);
                    break;
            }
        }

        return (vocabulary, merges);
    }

    private static void Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An object was expected.");
        }
    }

    /// <summary>The name of the next property, with the reader still before its value; null at the end of the object.</summary>
    private static string? NextProperty(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static ReadOnlyMemory<byte> SkipValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}
