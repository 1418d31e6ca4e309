using System.Buffers;
using System.Text.Json.Nodes;

namespace Rill.Core.Tests.Text;

public sealed class HuggingFaceTokenizerTests
{
    private const int End = 260;

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
    public void Encode_WithAPrefixSpace_PutsOneBeforeTheText()
    {
        var tokenizer = TinyTokenizer.New(root => root["pre_tokenizer"]!["add_prefix_space"] = true);

        Assert.Equal(" hello", tokenizer.Decode(tokenizer.EncodeToIds("hello")));
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
