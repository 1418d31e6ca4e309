using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Training;

namespace Rill.TrainModel.Export;

/// <summary>What the model card tells of a run.</summary>
internal sealed record TrainingReport
{
    public required MiniModel Model { get; init; }

    public required int Seed { get; init; }

    /// <summary>Threads that libtorch had.</summary>
    public required int Threads { get; init; }

    public required TimeSpan Limit { get; init; }

    public required IReadOnlyList<TrainingPoint> Curve { get; init; }

    /// <summary>Conversations of the corpus that were drawn for training.</summary>
    public required int Conversations { get; init; }

    /// <summary>Loss on chats of the same grammar that were not trained on, nats a token of the answers.</summary>
    public required double UnseenLoss { get; init; }

    /// <summary>Loss on stories about subjects that the corpus never names, nats a token.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>What it can do with words that are held out.</summary>
    public required IReadOnlyList<ExamMark> Marks { get; init; }

    public required IReadOnlyList<CardSample> Samples { get; init; }

    public required IReadOnlyList<string> HeldOutSubjects { get; init; }
}
