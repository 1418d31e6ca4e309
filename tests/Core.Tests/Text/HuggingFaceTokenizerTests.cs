using System.Buffers;
using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class HuggingFaceTokenizerTests
{
    private const int End = 260;

    [Fact]
    public void Encode_OfTheTemplatesOwnText_FindsSpecialTokens()
    {
        Assert.Equal([259, End, ' '], TinyTokenizer.New().Encode(PromptText.OfTemplate("hello<|end|> ")));
    }

    [Fact]
    public void Encode_OfRequestText_NeverFindsSpecialTokens()
    {
        var ids = TinyTokenizer.New().Encode(PromptText.OfRequest("hello<|end|>"));

        Assert.DoesNotContain(End, ids);
        Assert.Equal("hello<|end|>", TinyTokenizer.New().Decode(ids));
    }

    [Theory]
    [InlineData("<|en", "d|>")]
    [InlineData("<", "|end|>")]
    [InlineData("<|end|", ">")]
    public void Encode_OfASpecialTokenMadeFromBothOrigins_TakesItAsText(string ours, string theirs)
    {
        var tokenizer = TinyTokenizer.New();

        Assert.DoesNotContain(End, tokenizer.Encode(new([new(ours, false), new(theirs, true)])));
        Assert.DoesNotContain(End, tokenizer.Encode(new([new(ours, true), new(theirs, false)])));
    }

    [Fact]
    public void Encode_OfWordsAcrossOrigins_MergesAsIfWrittenByOne()
    {
        Assert.Equal([259], TinyTokenizer.New().Encode(new([new("hel", false), new("lo", true)])));
    }

    [Theory]
    [InlineData("lstrip", "a  <|end|> b", "a<|end|> b")]
    [InlineData("rstrip", "a  <|end|> b", "a  <|end|>b")]
    public void Encode_OfATokenThatStrips_SwallowsTheSpace(string flag, string text, string decoded)
    {
        var tokenizer = TinyTokenizer.New(root => root["added_tokens"]![0]![flag] = true);

        Assert.Equal(decoded, tokenizer.Decode(tokenizer.EncodeToIds(text)));
    }

    [Theory]
    [InlineData("""{"content": "\n"}""", new[] { End, End + 1 })]
    [InlineData("""{"content": "\n", "lstrip": true}""", new[] { End })]
    public void Encode_OfATokenOfSwallowedSpace_FindsItUnlessItSwallowsToTheLeft(string second, int[] expected)
    {
        var tokenizer = TinyTokenizer.New(root =>
        {
            root["added_tokens"]![0]!["rstrip"] = true;
            root["added_tokens"]!.AsArray().Add(JsonNode.Parse(second));
        });

        Assert.Equal(expected, tokenizer.EncodeToIds("<|end|>\n"));
    }

    [Fact]
    public void Encode_OfTwoTokensWithOneText_TakesTheSpecialOne()
    {
        var tokenizer = TinyTokenizer.New(root =>
        {
            root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
            root["added_tokens"] = JsonNode.Parse(
                """[{"content": "e\u0301x", "normalized": true}, {"content": "éx", "normalized": true, "special": true}]""");
        });

        Assert.Equal([End + 1], tokenizer.EncodeToIds("éx"));
    }

    [Fact]
    public void Encode_OfASingleWordToken_LeavesItInsideWords()
    {
        var tokenizer = TinyTokenizer.New(root => root["added_tokens"]![0] = JsonNode.Parse("""{"content": "end", "single_word": true}"""));

        Assert.Equal([End], tokenizer.EncodeToIds("end"));
        Assert.DoesNotContain(End, tokenizer.EncodeToIds("ends"));
        Assert.DoesNotContain(End, tokenizer.EncodeToIds("éend"));
        Assert.Contains(End, tokenizer.EncodeToIds("-end-"));
    }

    [Fact]
    public void Encode_OfOverlappingTokens_TakesTheLongest()
    {
        var tokenizer = TinyTokenizer.New(root =>
        {
            root["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"content": "<|end|>!"}"""));
        });

        Assert.Equal([End + 1, End], tokenizer.EncodeToIds("<|end|>!<|end|>"));
    }

    [Fact]
    public void Encode_OfANormalizedTokenFromTheRequest_TakesItAsText()
    {
        var tokenizer = TinyTokenizer.New(root =>
        {
            root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
            root["added_tokens"]![0]!["normalized"] = true;
        });

        Assert.Contains(End, tokenizer.Encode(new([new("e\u0301", true), new("<|end|>", false)])));
        Assert.DoesNotContain(End, tokenizer.Encode(new([new("e\u0301<|end|>", true), new("!", false)])));
        Assert.DoesNotContain(End, tokenizer.Encode(new([new("e\u0301<|en", false), new("d|>", true)])));
        Assert.Equal("é<|end|>", tokenizer.Decode(tokenizer.Encode(new([new("e\u0301", true), new("<|end|>", false)]))));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    public void Encode_OfALongRunWithoutAscii_ComposesAllOfIt(int length)
    {
        var tokenizer = TinyTokenizer.New(root => root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}"""));
        var text = new string('中', length) + "か\u3099" + new string('字', 600) + "\u1112\u1161\u11AB\U0001F642e\u0301";

        Assert.Equal(text.Normalize(), tokenizer.Decode(tokenizer.EncodeToIds(text)));
    }

    [Fact]
    public void Encode_OfALoneSurrogate_TakesTheReplacementCharacter()
    {
        var tokenizer = TinyTokenizer.New(root => root["normalizer"] = JsonNode.Parse("""{"type": "NFC"}"""));

        Assert.Equal("a\uFFFDb\uFFFD\U0001F642", tokenizer.Decode(tokenizer.EncodeToIds("a\uD800b\uDC00\U0001F642")));
    }

    [Fact]
    public void Encode_WhenMergesAreIgnored_TakesAWholeWordThatIsAToken()
    {
        var merging = TinyTokenizer.New(root => root["model"]!["vocab"]!["xyz"] = 260);
        var ignoring = TinyTokenizer.New(root =>
        {
            root["model"]!["vocab"]!["xyz"] = 260;
            root["model"]!["ignore_merges"] = true;
        });

        Assert.Equal(3, merging.EncodeToIds("xyz").Count);
        Assert.Equal([260], ignoring.EncodeToIds("xyz"));
    }

    [Fact]
    public void Encode_WithAPrefixSpace_PutsOneBeforeTheText()
    {
        var tokenizer = TinyTokenizer.New(root => root["pre_tokenizer"]!["add_prefix_space"] = true);

        Assert.Equal(" hello", tokenizer.Decode(tokenizer.EncodeToIds("hello")));
    }

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

    [Fact]
    public void FindToken_OfAddedTokens_GivesTheirIds()
    {
        var tokenizer = TinyTokenizer.New();

        Assert.Equal(End, tokenizer.FindToken("<|end|>"));
        Assert.Null(tokenizer.FindToken("hello"));
        Assert.True(tokenizer.IsSpecial(End));
        Assert.False(tokenizer.IsSpecial(259));
        Assert.Equal(261, tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(261)]
    [InlineData(int.MaxValue)]
    public void GetBytes_OfAnIdWithoutAToken_IsEmpty(int id)
    {
        Assert.True(TinyTokenizer.New().GetBytes(id).IsEmpty);
    }

    [Fact]
    public void EncodeToTokens_GivesTextAndOffsets()
    {
        var tokens = TinyTokenizer.New().EncodeToTokens("hello<|end|>é", out var normalized);

        Assert.Equal("hello<|end|>é", normalized);
        Assert.Equal(["hello", "<|end|>", "\uFFFD", "\uFFFD"], tokens.Select(token => token.Value));
        Assert.Equal([0..5, 5..12, 12..13, 12..13], tokens.Select(token => token.Offset));
    }

    [Fact]
    public void EncodeToIds_UpToANumberOfTokens_SaysHowFarItCame()
    {
        var ids = TinyTokenizer.New().EncodeToIds("hello<|end|>abc", maxTokenCount: 2, out _, out var consumed);

        Assert.Equal([259, End], ids);
        Assert.Equal(12, consumed);
    }

    [Fact]
    public void Decode_IntoASpan_LeavesPartsOfCharacters()
    {
        var tokenizer = TinyTokenizer.New();
        var ids = tokenizer.EncodeToIds("aé");
        Span<char> text = new char[2];

        Assert.Equal(OperationStatus.NeedMoreData, tokenizer.Decode(ids.Take(2), text, out var consumed, out var written));
        Assert.Equal((1, 1), (consumed, written));
        Assert.Equal(OperationStatus.Done, tokenizer.Decode(ids, text, out consumed, out written));
        Assert.Equal((3, 2), (consumed, written));
        Assert.Equal(OperationStatus.DestinationTooSmall, tokenizer.Decode(ids, text[..1], out consumed, out written));
        Assert.Equal((1, 1), (consumed, written));
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

    [Fact]
    public void Encode_FromManyThreads_GivesTheSameIds()
    {
        var tokenizer = TinyTokenizer.New();
        var texts = Enumerable.Range(0, 200).Select(index => $"hello {index} hell {index % 7} he\u0301llo").ToArray();
        var expected = texts.Select(text => tokenizer.EncodeToIds(text)).ToArray();

        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ =>
        {
            for (var index = 0; index < texts.Length; index++)
            {
                Assert.Equal(expected[index], tokenizer.EncodeToIds(texts[index]));
            }
        });
    }
}
