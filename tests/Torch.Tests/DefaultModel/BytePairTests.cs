using System.Text;
using Rill.TrainModel.Tokenization;

namespace Rill.Torch.Tests.DefaultModel;

public sealed class BytePairTests
{
    private static readonly string[] AddedTokens = ["<end>"];

    [Fact]
    public void Learn_WithAFrequentPair_MergesItFirst()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("hug hug hug pug bun");
        var merges = trainer.Learn(2);
        Assert.Equal(('u', 'g'), ((char)merges[0].Left, (char)merges[0].Right));
        Assert.Equal(2, merges.Count);
    }

    [Fact]
    public void Learn_WhenNoPairOccursTwice_Stops()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("ab");
        Assert.Empty(trainer.Learn(10));
    }

    [Theory]
    [InlineData("the fox and the ox")]
    [InlineData("Zoé says: 😊 don't!\n\n  12345")]
    [InlineData("")]
    public void Encode_OfAnyText_DecodesToTheSame(string text) => Assert.Equal(text, Trained().Decode(Trained().Encode(text)));

    [Fact]
    public void Encode_OfAnAddedToken_GivesItsOneId()
    {
        var tokenizer = Trained();
        Assert.Equal([tokenizer.IdOf("<end>")], tokenizer.Encode("<end>"));
    }

    [Fact]
    public void Encode_OfALearnedWord_GivesFewerTokensThanBytes() =>
        Assert.True(Trained().Encode("the fox").Count < Encoding.UTF8.GetByteCount("the fox"));

    [Fact]
    public void Encode_OfAWordAfterASpaceOrAQuote_KeepsItsPieces()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("the penguin, the \"penguin\" and (penguin) penguin pen pen pen pending");
        var tokenizer = new BytePairTokenizer(trainer.Learn(24), AddedTokens);

        var pieces = tokenizer.Encode("penguin").Select(id => tokenizer.Decode([id])).ToList();
        Assert.InRange(pieces.Count, 1, 6);
        foreach (var lead in new[] { " ", "\"", "(" })
        {
            var led = tokenizer.Encode(lead + "penguin").Select(id => tokenizer.Decode([id])).ToList();
            Assert.Equal(pieces[1..], led[^(pieces.Count - 1)..]);
            Assert.Equal(lead + pieces[0], string.Concat(led[..^(pieces.Count - 1)]));
        }
    }

    private static BytePairTokenizer Trained()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("the fox met the owl and the fox told the owl about the other fox");
        return new BytePairTokenizer(trainer.Learn(20), AddedTokens);
    }
}
