using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>What a tokenizer.json must hold, and what is said when it does not.</summary>
public sealed class TokenizerLoadingTests
{
    private const int End = 260;

    [Fact]
    public void PrefixIds_OfATemplateProcessing_AreItsTokens()
    {
        var tokenizer = TinyTokenizer.New(root => root["post_processor"] = JsonNode.Parse(
            """
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "<|end|>", "type_id": 0}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "<|end|>"}}],
             "special_tokens": {"<|end|>": {"ids": [260]}}}
            """));

        Assert.Equal([End], tokenizer.PrefixIds);
        Assert.Equal([End], tokenizer.SuffixIds);
    }

    [Theory]
    [InlineData("model", """{"type": "WordPiece"}""", "WordPiece")]
    [InlineData("normalizer", """{"type": "Precompiled"}""", "Precompiled")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend"}]}""", "Prepend")]
    [InlineData("normalizer", """{"type": "NFC", "strength": 2}""", "the member strength of the normalizer NFC")]
    [InlineData("pre_tokenizer", """{"type": "UnicodeScripts"}""", "UnicodeScripts")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "prepend_scheme": "last"}""", "prepend_scheme last")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "\\bx"}, "behavior": "Isolated"}""", @"\bx")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "x"}, "behavior": "Odd"}""", "Odd")]
    [InlineData("post_processor", """{"type": "OtherProcessing"}""", "OtherProcessing")]
    [InlineData("decoder", """{"type": "WordPiece"}""", "WordPiece")]
    [InlineData("decoder", "null", "without a decoder")]
    [InlineData("decoder", """{"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "ByteFallback"}]}""", "ByteFallback at its place")]
    [InlineData("added_tokens", "[{}]", "no content")]
    [InlineData("added_tokens", "3", "unexpected type")]
    public void Load_OfAnElementItDoesNotKnow_NamesFileAndElement(string member, string value, string part)
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => TinyTokenizer.New(root => root[member] = JsonNode.Parse(value)));

        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("byte_fallback", "3", "byte_fallback")]
    [InlineData("shuffle", "true", "shuffle")]
    [InlineData("continuing_subword_prefix", "\"##\"", "continuing_subword_prefix")]
    [InlineData("dropout", "0.1", "dropout")]
    [InlineData("merges", "[\"q z\"]", "merge 0")]
    [InlineData("merges", "[\"qz\"]", "merge 0")]
    [InlineData("merges", "{}", "merges")]
    [InlineData("vocab", "{\"a\": -1}", "id")]
    [InlineData("vocab", "[]", "vocab")]
    public void Load_OfAModelItCannotUse_NamesTheMember(string member, string value, string part)
    {
        var exception = Assert.Throws<UnsupportedModelException>(
            () => TinyTokenizer.New(root => root["model"]![member] = JsonNode.Parse(value)));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\": {\"type\"")]
    [InlineData("{\"model\": 3}")]
    [InlineData("{}")]
    public void Load_OfABrokenFile_NamesIt(string json)
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => TinyTokenizer.FromText(json));

        Assert.Contains("tokenizer.json is broken", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAMissingFile_NamesIt()
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => HuggingFaceTokenizer.Load(Path.Combine(Path.GetTempPath(), "no-such-model")));

        Assert.Contains("tokenizer.json is missing", exception.Message, StringComparison.Ordinal);
    }
}
