using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class IncrementalDetokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Fact]
    public void Push_OfACharactersBytes_GivesItWithTheLast()
    {
        var detokenizer = new IncrementalDetokenizer(_tokenizer);

        Assert.Equal(["", "", "", "🙂", "a"], Push(detokenizer, 0xF0, 0x9F, 0x99, 0x82, 'a'));
        Assert.Equal("", detokenizer.Flush());
    }

    [Fact]
    public void Flush_OfAnUnfinishedCharacter_GivesOneReplacement()
    {
        var detokenizer = new IncrementalDetokenizer(_tokenizer);
        Push(detokenizer, 0xF0, 0x9F, 0x99);

        Assert.Equal("\uFFFD", detokenizer.Flush());
        Assert.Equal("a", detokenizer.Push('a'));
    }

    [Fact]
    public void Push_OfBytesThatAreNoCharacter_GivesReplacements()
    {
        Assert.Equal(["\uFFFD", "", "\uFFFDa"], Push(new(_tokenizer), 0xFF, 0xC3, 'a'));
    }

    [Fact]
    public void Push_OfASpecialToken_SkipsItUnlessAsked()
    {
        Assert.Equal("", new IncrementalDetokenizer(_tokenizer).Push(ByteTokenizer.EndOfText));
        Assert.Equal("<|endoftext|>", new IncrementalDetokenizer(_tokenizer, skipSpecialTokens: false).Push(ByteTokenizer.EndOfText));
    }

    [Fact]
    public void Push_OfALongToken_GivesAllOfIt()
    {
        var text = string.Concat(Enumerable.Repeat("é中🙂", 200));
        var tokenizer = TinyTokenizer.New(root => root["added_tokens"]![0]!["content"] = text);

        Assert.Equal(text, new IncrementalDetokenizer(tokenizer, skipSpecialTokens: false).Push(260));
    }

    [Fact]
    public void Display_OfAPartOfACharacter_IsLossyButItsBytesAreExact()
    {
        Assert.Equal("\uFFFD", TokenText.Display(_tokenizer, 0xC3));
        Assert.Equal([0xC3], TokenText.Bytes(_tokenizer, 0xC3));
        Assert.Equal("a", TokenText.Display(_tokenizer, 'a'));
    }

    private static List<string> Push(IncrementalDetokenizer detokenizer, params int[] ids) => [.. ids.Select(detokenizer.Push)];
}
