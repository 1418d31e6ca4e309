using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Conversations in tokens, for training and for measuring.</summary>
public sealed class ExampleTests
{
    private static readonly BytePairTokenizer Bytes = new([], ChatMarkup.AddedTokens);

    [Fact]
    public void Draw_OfConversationsThatAreTooLong_LeavesThemOut()
    {
        var words = new Queue<string>(["a", new string('b', 200), "c"]);

        var examples = Example.Draw(() => new Conversation([Turn.User("Say it"), Turn.Assistant(words.Dequeue())]), Bytes, count: 2, maxLength: 100);

        Assert.Empty(words);
        Assert.Equal(examples[0].Ids.Length, examples[1].Ids.Length);
        Assert.All(examples, example => Assert.InRange(example.Ids.Length, 1, 100));
    }
}
