using Rill.TrainModel.Corpus;

namespace Rill.TrainModel.Evaluation;

/// <summary>An answer shown in the card, with what it shares with the corpus.</summary>
internal sealed record CardSample(Conversation Conversation, string Answer, bool IsStory)
{
    public Overlap Overlap { get; } = new(Answer);
}
