using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Models of SentencePiece's kind; the expected ids are the reference's.</summary>
public sealed class SpaceMarkTokenizerTests
{
    private static readonly string[] s_tokens =
        ["<unk>", "<s>", "</s>", "▁", "a", "b", "c", "▁a", "ab", "▁ab", "▁▁", "bc", "abc", "<0x0A>", "<0xC3>", "<0xA9>", "é"];

    [Theory]
    [InlineData("ab a", new[] { 9, 7 })]
    [InlineData("abc", new[] { 9, 6 })]
    [InlineData("  ab", new[] { 10, 9 })]
    [InlineData("ab  ab", new[] { 9, 3, 9 })]
    [InlineData("a\nb", new[] { 7, 13, 5 })]
    [InlineData("ê", new[] { 3, 0 })]
    [InlineData("éa", new[] { 3, 16, 4 })]
    [InlineData("xyz", new[] { 3, 0 })]
    [InlineData("a<s>b", new[] { 7, 1, 3, 5 })]
    [InlineData("", new int[0])]
    public void Encode_UnderPrepend_PutsAMarkBeforeEveryPiece(string text, int[] expected)
    {
        Assert.Equal(expected, New(Prepend).EncodeToIds(text));
    }

    [Theory]
    [InlineData("first", "a<s>b", new[] { 7, 1, 5 })]
    [InlineData("first", "<s>b", new[] { 1, 5 })]
    [InlineData("first", " b", new[] { 3, 5 })]
    [InlineData("always", "a<s>b", new[] { 7, 1, 3, 5 })]
    [InlineData("never", "a<s>b", new[] { 4, 1, 5 })]
    public void Encode_UnderMetaspace_FollowsItsScheme(string scheme, string text, int[] expected)
    {
        Assert.Equal(expected, New(Metaspace(scheme)).EncodeToIds(text));
    }

    [Fact]
    public void Decode_OfBytesThatAreNoCharacter_ReplacesTheirWholeRun()
    {
        var tokenizer = New(Prepend);

        Assert.Equal("a\né", tokenizer.Decode([7, 13, 14, 15]));
        Assert.Equal("a\uFFFD\uFFFD", tokenizer.Decode([7, 13, 14]));
        Assert.Equal("a\uFFFD\uFFFD\uFFFDa", tokenizer.Decode([7, 14, 13, 15, 4]));
    }

    [Theory]
    [InlineData(new[] { 14, 4 }, "\uFFFDa")]
    [InlineData(new[] { 14, 14, 15, 4 }, "\uFFFDéa")]
    [InlineData(new[] { 13, 14 }, "\n\uFFFD")]
    public void Push_OfBytesThatAreNoCharacter_ReplacesThemAlone(int[] ids, string expected)
    {
        var detokenizer = new IncrementalDetokenizer(New(Prepend));

        Assert.Equal(expected, string.Concat(ids.Select(detokenizer.Push)) + detokenizer.Flush());
    }

    [Theory]
    [InlineData(new[] { 7, 7 }, "a a")]
    [InlineData(new[] { 10, 4 }, " a")]
    [InlineData(new[] { 1, 7, 7 }, "<s> a a")]
    [InlineData(new[] { 3, 3, 4 }, " a")]
    public void Decode_OfTheFirstSpace_LeavesItOut(int[] ids, string expected)
    {
        var tokenizer = New(Prepend);
        var detokenizer = new IncrementalDetokenizer(tokenizer, skipSpecialTokens: false);

        Assert.Equal(expected, tokenizer.Decode(ids));
        Assert.Equal(expected, string.Concat(ids.Select(detokenizer.Push)));
    }

    [Theory]
    [InlineData(new[] { 10, 7 }, " a")]
    [InlineData(new[] { 4, 7 }, "a a")]
    [InlineData(new[] { 3, 3, 4 }, " a")]
    public void Decode_UnderMetaspace_LeavesOutEveryMarkOfTheFirstToken(int[] ids, string expected)
    {
        var tokenizer = New(root =>
        {
            Metaspace("always")(root);
            root["decoder"] = JsonNode.Parse("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}""");
        });
        var detokenizer = new IncrementalDetokenizer(tokenizer);

        Assert.Equal(expected, tokenizer.Decode(ids));
        Assert.Equal(expected, string.Concat(ids.Select(detokenizer.Push)));
    }

    private static void Prepend(JsonNode root) => root["normalizer"] = JsonNode.Parse(
        """
        {"type": "Sequence", "normalizers": [
          {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
        """);

    private static Action<JsonNode> Metaspace(string scheme) => root => root["pre_tokenizer"] = new JsonObject
    {
        ["type"] = "Metaspace",
        ["replacement"] = "▁",
        ["prepend_scheme"] = scheme,
        ["split"] = false,
    };

    private static HuggingFaceTokenizer New(Action<JsonNode> change) => TinyTokenizer.FromText(Json(change));

    /// <summary>The file's text, after a change to it.</summary>
    internal static string Json(Action<JsonNode>? change = null)
    {
        var root = JsonNode.Parse(
            """
            {
              "added_tokens": [
                {"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true},
                {"id": 2, "content": "</s>", "special": true}],
              "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
              "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                "merges": ["▁ a", "a b", "▁a b", "▁ ▁", "b c", "ab c"]}
            }
            """)!;
        root["model"]!["vocab"] = new JsonObject(s_tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        change?.Invoke(root);
        return root.ToJsonString();
    }
}
