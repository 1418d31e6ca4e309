using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Makes small tokenizer.json files: the 256 bytes, a few merges, and the special token &lt;|end|&gt;.</summary>
internal static class TinyTokenizer
{
    /// <summary>The file's text, after a change to it.</summary>
    public static string Json(Action<JsonNode>? change = null)
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            var character = IsHidden(value) ? 0x100 + Enumerable.Range(0, value).Count(IsHidden) : value;
            vocabulary[((char)character).ToString()] = value;
        }

        foreach (var token in new[] { "he", "ll", "hell", "hello" })
        {
            vocabulary[token] = vocabulary.Count;
        }

        var root = JsonNode.Parse(
            """
            {
              "added_tokens": [{"id": 260, "content": "<|end|>", "special": true}],
              "normalizer": null,
              "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
              "post_processor": null,
              "decoder": {"type": "ByteLevel"},
              "model": {"type": "BPE", "merges": ["h e", ["l", "l"], "he ll", "hell o"]}
            }
            """)!;
        root["model"]!["vocab"] = vocabulary;
        change?.Invoke(root);
        return root.ToJsonString(new JsonSerializerOptions());
    }

    /// <summary>A tokenizer of such a file.</summary>
    public static HuggingFaceTokenizer New(Action<JsonNode>? change = null) => FromText(Json(change));

    /// <summary>A tokenizer of a file with this text.</summary>
    public static HuggingFaceTokenizer FromText(string json)
    {
        var directory = Directory.CreateTempSubdirectory("rill-text-");
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "tokenizer.json"), json);
            return HuggingFaceTokenizer.Load(directory.FullName);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static bool IsHidden(int value) => !(value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE);
}
