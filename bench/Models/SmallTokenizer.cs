using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rill.Bench.Models;

/// <summary>
/// A byte-level BPE of any size, whose tokens are bytes and short lower-case words. Capitals, digits and marks are never merged: in a text
/// of them every character is one token, so that a prompt's length in tokens can be chosen. The template is the user's message alone.
/// </summary>
internal static class SmallTokenizer
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";
    private const int Bytes = 256;

    // Tokens of two and of three letters; longer ones make up the rest.
    private static readonly IReadOnlyList<string> _pairs = [.. from a in Letters from b in Letters select $"{a}{b}"];

    /// <summary>Writes tokenizer.json, tokenizer_config.json and chat_template.jinja for <paramref name="vocabulary"/> ids, 256 at least.</summary>
    public static void Write(int vocabulary, string directory)
    {
        var merges = Merges().Take(vocabulary - Bytes).ToList();
        var tokens = ByteAlphabet().Concat(merges.Select(merge => merge.Left + merge.Right));
        var model = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray([.. merges.Select(merge => new JsonArray(merge.Left, merge.Right))]),
        };
        var byteLevel = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true };
        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(),
            ["pre_tokenizer"] = byteLevel,
            ["decoder"] = byteLevel.DeepClone(),
            ["model"] = model,
        };
        File.WriteAllText(Path.Combine(directory, "tokenizer.json"), tokenizer.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), """{ "tokenizer_class": "PreTrainedTokenizerFast" }""");
        File.WriteAllText(Path.Combine(directory, "chat_template.jinja"), "{{ messages[0]['content'] }}");
    }

    /// <summary>A text of exactly this many tokens, different for every number.</summary>
    public static string Prompt(int tokens, int number)
    {
        const string characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        var state = (ulong)number;
        var text = new StringBuilder(tokens);
        for (var i = 0; i < tokens; i++)
        {
            text.Append(characters[(int)(RandomValues.Next(ref state) % (ulong)characters.Length)]);
        }

        return text.ToString();
    }

    private static IEnumerable<(string Left, string Right)> Merges()
    {
        var twos = _pairs.Select(pair => (pair[..1], pair[1..]));
        var threes = from pair in _pairs from letter in Letters select (pair, letter.ToString());
        var fours = from left in _pairs from right in _pairs select (left, right);
        return twos.Concat(threes).Concat(fours);
    }

    /// <summary>How byte-level tokenizers write the 256 bytes (openai/gpt-2, encoder.py, bytes_to_unicode).</summary>
    private static IEnumerable<string> ByteAlphabet()
    {
        var next = 256;
        for (var value = 0; value < Bytes; value++)
        {
            var isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            yield return ((char)(isVisible ? value : next++)).ToString();
        }
    }
}
