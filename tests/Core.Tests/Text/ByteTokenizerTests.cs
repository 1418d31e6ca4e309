using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class ByteTokenizerTests
{
    private readonly ByteTokenizer _tokenizer = new();

    [Fact]
    public void Encode_OfText_GivesItsBytes()
    {
        Assert.Equal([0x61, 0xC3, 0xA9], _tokenizer.Encode(PromptText.OfRequest("aé")));
    }

    [Fact]
    public void Encode_OfSpecialTokens_FindsOnlyTheTemplates()
    {
        var ids = _tokenizer.Encode(new([new("<|im_start|>a<|b<|endoftext|>", false), new("<|im_end|>", true), new("<|im_end|>", false)]));

        var asText = "<|im_end|>".Select(character => (int)character);
        Assert.Equal([ByteTokenizer.TurnStart, 'a', '<', '|', 'b', ByteTokenizer.EndOfText, .. asText, ByteTokenizer.TurnEnd], ids);
    }

    [Fact]
    public void GetBytes_OfEveryId_IsATokensText()
    {
        Assert.Equal([0xFF], _tokenizer.GetBytes(255).ToArray());
        Assert.Equal("<|endoftext|>", Encoding.UTF8.GetString(_tokenizer.GetBytes(ByteTokenizer.EndOfText)));
        Assert.True(_tokenizer.GetBytes(-1).IsEmpty);
        Assert.True(_tokenizer.GetBytes(_tokenizer.VocabularySize).IsEmpty);
    }

    [Fact]
    public void IsSpecial_HoldsForTokensAboveTheBytes()
    {
        Assert.False(_tokenizer.IsSpecial(255));
        Assert.True(_tokenizer.IsSpecial(ByteTokenizer.EndOfText));
        Assert.True(_tokenizer.IsSpecial(_tokenizer.VocabularySize - 1));
        Assert.False(_tokenizer.IsSpecial(_tokenizer.VocabularySize));
        Assert.Equal(ByteTokenizer.TurnEnd, _tokenizer.FindToken("<|im_end|>"));
        Assert.Null(_tokenizer.FindToken("a"));
    }
}
