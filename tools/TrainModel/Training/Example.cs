using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;

namespace Rill.TrainModel.Training;

/// <summary>A conversation in tokens.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Learned">For each token, whether the model shall predict it.</param>
internal sealed record Example(int[] Ids, bool[] Learned)
{
    /// <summary>Encodes a conversation as the chat template writes it.</summary>
    public static Example Of(Conversation conversation, BytePairTokenizer tokenizer)
    {
        var (ids, learned) = (new List<int>(), new List<bool>());
        foreach (var piece in ChatMarkup.Render(conversation))
        {
            var encoded = tokenizer.Encode(piece.Text);
            ids.AddRange(encoded);
            learned.AddRange(Enumerable.Repeat(piece.Learned, encoded.Count));
        }

        return new Example([.. ids], [.. learned]);
    }

    /// <summary>Takes so many of a stream of conversations, without those that have more tokens than a model has positions for.</summary>
    public static List<Example> Draw(Func<Conversation> next, BytePairTokenizer tokenizer, int count, int maxLength)
    {
        var examples = new List<Example>();
        while (examples.Count < count)
        {
            var example = Of(next(), tokenizer);
            if (example.Ids.Length <= maxLength)
            {
                examples.Add(example);
            }
        }

        return examples;
    }
}
