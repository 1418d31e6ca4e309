using System.Text.Json.Nodes;
using Rill.Text;

namespace Rill.Core.Tests.Text;

/// <summary>Tokens that are looked for in the text itself, and whose text may ask for them.</summary>
public sealed class AddedTokenTests
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
    public void FindToken_OfAddedTokens_GivesTheirIds()
    {
        var tokenizer = TinyTokenizer.New();

        Assert.Equal(End, tokenizer.FindToken("<|end|>"));
        Assert.Null(tokenizer.FindToken("hello"));
        Assert.True(tokenizer.IsSpecial(End));
        Assert.False(tokenizer.IsSpecial(259));
        Assert.Equal(261, tokenizer.VocabularySize);
    }
}
