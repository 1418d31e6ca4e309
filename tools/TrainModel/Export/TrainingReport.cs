using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Training;

namespace Rill.TrainModel.Export;

/// <summary>What the model card tells of a run.</summary>
internal sealed record TrainingReport
{
    public required MiniModel Model { get; init; }

    /// <summary>This run, and those before it that it went on from; this one last.</summary>
    public required IReadOnlyList<FinishedRun> Runs { get; init; }

    public required IReadOnlyList<TrainingPoint> Curve { get; init; }

    /// <summary>Loss on chats of the same grammar that were not trained on, nats a token of the answers.</summary>
    public required double UnseenLoss { get; init; }

    /// <summary>Loss on stories about subjects that the corpus never names, nats a token.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>What it can do with words that are held out.</summary>
    public required IReadOnlyList<ExamMark> Marks { get; init; }

    public required IReadOnlyList<CardSample> Samples { get; init; }

    public required IReadOnlyList<string> HeldOutSubjects { get; init; }
}
