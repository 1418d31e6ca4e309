using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;

namespace Rill.TrainModel.Training;

/// <summary>An endless stream of batches, in an order that the seed gives. No conversation is seen twice, but for the short ones that the grammar says again.</summary>
internal sealed class BatchStream(CorpusGenerator generator, int seed, BytePairTokenizer tokenizer, int tokenBudget, int maxLength)
{
    private const int Shelf = 1_500;    // conversations sorted by length at a time

    private readonly Dice _dice = new(seed);
    private readonly Queue<Batch> _ready = [];

    /// <summary>Conversations drawn so far.</summary>
    public int Conversations { get; private set; }

    /// <summary>The next batch.</summary>
    public Batch Next()
    {
        while (_ready.Count == 0)
        {
            var batches = Batch.Cut(Draw(), tokenBudget);
            _dice.Shuffle(batches);
            batches.ForEach(_ready.Enqueue);
        }

        return _ready.Dequeue();
    }

    private List<Example> Draw() => Example.Draw(NextConversation, tokenizer, Shelf, maxLength);

    private Conversation NextConversation()
    {
        Conversations++;
        return generator.Next();
    }
}
