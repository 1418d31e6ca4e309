using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>
/// Every kind of element with what the reference (Hugging Face tokenizers 0.23.2) makes of it, over two tiny vocabularies. The first line of
/// reference-cases.jsonl holds these, each other line an element with texts and ids.
/// </summary>
public sealed class ReferenceCaseTests
{
    private static readonly string[] s_lines =
        File.ReadAllLines(Path.Combine(Vectors.RepositoryRoot(), "tests", "Core.Tests", "Text", "reference-cases.jsonl"));

    private static readonly string[] s_members = ["normalizer", "pre_tokenizer", "decoder", "post_processor"];

    public static TheoryData<string, int> Elements
    {
        get
        {
            var data = new TheoryData<string, int>();
            for (var line = 1; line < s_lines.Length; line++)
            {
                data.Add(JsonElement.Parse(s_lines[line]).GetProperty("about").GetString()!, line);
            }

            return data;
        }
    }

    /// <summary>The files of all elements.</summary>
    internal static IEnumerable<string> Files() => s_lines.Skip(1).Select(line => FileOf(JsonNode.Parse(line)!.AsObject()));

    [Theory]
    [MemberData(nameof(Elements))]
    public void EncodeAndDecode_OfAnElement_EqualTheReference(string about, int line)
    {
        var element = JsonNode.Parse(s_lines[line])!.AsObject();
        var tokenizer = TinyTokenizer.FromText(FileOf(element));
        foreach (var pair in element["encode"]?.AsArray() ?? [])
        {
            var (text, expected) = (pair![0]!.GetValue<string>(), Ids(pair[1]!));
            var ids = tokenizer.EncodeToIds(text);
            Assert.True(
                expected.SequenceEqual([.. tokenizer.PrefixIds, .. ids, .. tokenizer.SuffixIds]),
                $"{about}: '{text}' gave {string.Join(' ', ids)} instead of {string.Join(' ', expected)}");
        }

        var skip = false;
        foreach (var pair in element["decode"]?.AsArray() ?? [])
        {
            Assert.Equal(pair![1]!.GetValue<string>(), tokenizer.Decode(Ids(pair[0]!), skip));
            Assert.Equal(Lossy(tokenizer, Ids(pair[0]!), skip), Stream(tokenizer, Ids(pair[0]!), skip));
            skip = !skip;
        }
    }

    private static int[] Ids(JsonNode ids) => [.. ids.AsArray().Select(id => id!.GetValue<int>())];

    private static string Stream(HuggingFaceTokenizer tokenizer, int[] ids, bool skip)
    {
        var detokenizer = new IncrementalDetokenizer(tokenizer, skip);
        return string.Concat(ids.Select(detokenizer.Push)) + detokenizer.Flush();
    }

    /// <summary>The whole decode, where no character stands in a broken run of byte tokens; in these cases one does.</summary>
    private static string Lossy(HuggingFaceTokenizer tokenizer, int[] ids, bool skip)
    {
        var whole = tokenizer.Decode(ids, skip);
        return tokenizer.HasByteTokens ? whole.Replace("\uFFFD\uFFFD", "\n\uFFFD", StringComparison.Ordinal) : whole;
    }

    private static string FileOf(JsonObject element)
    {
        var shared = JsonNode.Parse(s_lines[0])!;
        var prefix = element.ContainsKey("byte_level") ? "byte_" : "";
        var tokens = shared[prefix + "tokens"]!.AsArray().Select(token => token!.GetValue<string>());
        var root = JsonNode.Parse(DefaultFile(prefix.Length > 0))!;
        root["model"]!["merges"] = shared[prefix + "merges"]!.DeepClone();
        root["model"]!["vocab"] = new JsonObject(tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        foreach (var (name, value) in element["model"]?.AsObject() ?? [])
        {
            root["model"]![name] = value?.DeepClone();
        }

        foreach (var member in s_members.Append("added_tokens").Where(element.ContainsKey))
        {
            root[member] = element[member]!.DeepClone();
        }

        return root.ToJsonString();
    }

    private static string DefaultFile(bool isByteLevel) => isByteLevel
        ? """
          {"added_tokens": [{"content": "<s>", "special": true}, {"content": "</s>"}],
           "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "fuse_unk": true}}
          """
        : """
          {"added_tokens": [{"content": "<s>", "special": true}, {"content": "</s>"}],
           "decoder": {"type": "Sequence", "decoders": [
             {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
             {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
           "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true}}
          """;
}
