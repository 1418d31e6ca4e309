using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;

namespace Rill.TrainModel.Export;

/// <summary>tokenizer.json and tokenizer_config.json in the form of Hugging Face's tokenizers, as Qwen's checkpoints have them.</summary>
internal static class TokenizerFile
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes both files into the directory.</summary>
    public static void Write(string directory, BytePairTokenizer tokenizer, int maxLength)
    {
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), Describe(tokenizer).ToJsonString(s_json) + "\n");
        var config = new JsonObject
        {
            ["add_bos_token"] = false,
            ["add_prefix_space"] = false,
            ["bos_token"] = null,
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = ChatMarkup.TurnEnd,
            ["errors"] = "replace",
            ["model_max_length"] = maxLength,
            ["pad_token"] = ChatMarkup.EndOfText,
            ["split_special_tokens"] = false,
            ["tokenizer_class"] = "Qwen2Tokenizer",
            ["unk_token"] = null,
        };
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), config.ToJsonString(s_json) + "\n");
    }

    /// <summary>Reads the merges and added tokens of a tokenizer.json that <see cref="Write"/> wrote.</summary>
    public static BytePairTokenizer Read(string path)
    {
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        var ids = root["model"]!["vocab"]!.AsObject().ToDictionary(entry => entry.Key, entry => (int)entry.Value!);
        var merges = root["model"]!["merges"]!.AsArray().Select(pair => (ids[(string)pair![0]!], ids[(string)pair[1]!]));
        return new BytePairTokenizer([.. merges], [.. root["added_tokens"]!.AsArray().Select(token => (string)token!["content"]!)]);
    }

    private static JsonObject Describe(BytePairTokenizer tokenizer)
    {
        var vocabulary = new JsonObject();
        for (var id = 0; id < 256 + tokenizer.Merges.Count; id++)
        {
            vocabulary[Spell(id)] = id;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. tokenizer.AddedTokens.Select((token, i) => AddedToken(tokenizer.IdOf(token), token, i))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Split",
                        ["pattern"] = new JsonObject { ["Regex"] = BytePairTokenizer.SplitPattern },
                        ["behavior"] = "Isolated",
                        ["invert"] = false,
                    },
                    ByteLevel(useRegex: false)),
            },
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(useRegex: false),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. tokenizer.Merges.Select(pair => new JsonArray(Spell(pair.Left), Spell(pair.Right)))]),
            },
        };

        string Spell(int id) => ByteAlphabet.Write(tokenizer.GetBytes(id));
    }

    private static JsonObject AddedToken(int id, string content, int rank) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = rank < ChatMarkup.SpecialTokenCount,
    };

    private static JsonObject ByteLevel(bool useRegex) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = false,
        ["use_regex"] = useRegex,
    };
}
