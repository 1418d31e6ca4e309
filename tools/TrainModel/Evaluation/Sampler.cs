using Rill.TrainModel.Corpus;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.TrainModel.Evaluation;

/// <summary>Lets a model answer. Every token costs a pass over the whole conversation, which is quick enough for a card's samples.</summary>
internal sealed class Sampler(MiniModel model, BytePairTokenizer tokenizer)
{
    /// <summary>The answer to a conversation, at most so many tokens; temperature 0 takes the likeliest token each time.</summary>
    public string Answer(Conversation conversation, double temperature, int maxTokens = 320)
    {
        using var noGradient = no_grad();
        var ids = ChatMarkup.Render(conversation, addGenerationPrompt: true).SelectMany(piece => tokenizer.Encode(piece.Text)).ToList();
        var (start, end) = (ids.Count, tokenizer.IdOf(ChatMarkup.TurnEnd));
        while (ids.Count < Math.Min(start + maxTokens, model.Shape.MaxPositions))
        {
            var next = Next(ids, temperature);
            if (next == end)
            {
                break;
            }

            ids.Add(next);
        }

        return tokenizer.Decode(ids.Skip(start));
    }

    private int Next(List<int> ids, double temperature)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0));
        var logits = model.Logits(hidden.select(1, -1));
        var token = temperature == 0 ? logits.argmax(-1) : multinomial((logits / temperature).softmax(-1), 1);
        return (int)token.flatten()[0].item<long>();
    }
}
