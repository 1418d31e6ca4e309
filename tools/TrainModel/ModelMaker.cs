using System.Globalization;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Export;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;
using Spectre.Console;
using TorchSharp;

namespace Rill.TrainModel;

/// <summary>All steps from a seed, or from a model that shall learn more, to a model directory with its card.</summary>
internal sealed class ModelMaker(string directory, int seed, TimeSpan limit, string? start)
{
    private const int VocabularySize = 3_072;
    private const int TokenizerConversations = 8_000;
    private const int BatchTokens = 2_048;
    private const int MaxLength = 2_040;
    private const int EvaluationConversations = 300;
    private const int ThinkingQuestions = 30;
    private const double MuonRate = 0.02;
    private const double AdamRate = 0.006;

    // A model that knows something would forget it at the full rate, and learn little more at a rate far below.
    private const double FractionWhenGoingOn = 0.6;

    private static readonly TimeSpan s_checkpointEvery = TimeSpan.FromMinutes(4);

    // Seeds of the four streams; far apart, so that neighbouring --seed values share nothing.
    private int TrainingSeed => (seed * 1_000) + 1;

    private int UnseenSeed => (seed * 1_000) + 501;

    private int ExamSeed => (seed * 1_000) + 701;

    private int TokenizerSeed => (seed * 1_000) + 901;

    private double Peak => start is null ? 1 : FractionWhenGoingOn;

    /// <summary>Trains and writes the directory; says on the console how far it is.</summary>
    public void Make()
    {
        var earlier = start is null ? [] : TrainingHistory.Read(start);
        torch.manual_seed(seed);
        var (model, tokenizer) = start is null ? Begin() : ModelDirectory.Read(start);
        using var owned = model;
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Tokenizer: {tokenizer.VocabularySize} tokens");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Model: {model.ParameterCount:N0} parameters; training for {limit.TotalMinutes:N0} minutes");

        var (unseen, heldOut) = DrawEvaluation(tokenizer);
        var batches = new BatchStream(TrainingCorpus(), TrainingSeed + 1, tokenizer, BatchTokens, MaxLength);
        var curve = Train(model, tokenizer, batches);
        ModelDirectory.Write(directory, model, tokenizer);
        AnsiConsole.MarkupLine("Trained; now the model card.");
        torch.manual_seed(seed);
        var exam = new Exam(model, tokenizer, ExamSeed);
        var report = new TrainingReport
        {
            Marks = [.. exam.Sit(), exam.ThinkWhenAsked(ThinkingQuestions)],
            Model = model,
            Curve = curve,
            Runs = [.. earlier, Describe(curve[^1], batches.Conversations)],
            UnseenLoss = LossMeter.Mean(model, unseen),
            HeldOutLoss = LossMeter.Mean(model, heldOut),
            Samples = TakeSamples(new Sampler(model, tokenizer), batches.Conversations),
            HeldOutSubjects = new CorpusGenerator(seed).HeldOutSubjects,
        };
        TrainingHistory.Write(directory, report.Runs);
        ModelCard.Write(directory, report);
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"Loss on unseen chats {report.UnseenLoss:F3}, on stories of held-out subjects {report.HeldOutLoss:F3}. Written to {directory}");
    }

    private CorpusGenerator TrainingCorpus() => new(TrainingSeed, mix: start is null ? CorpusMix.Whole : CorpusMix.Exact);

    private (MiniModel Model, BytePairTokenizer Tokenizer) Begin()
    {
        var tokenizer = LearnTokenizer();
        return (new MiniModel(new ModelShape { VocabularySize = tokenizer.VocabularySize }), tokenizer);
    }

    private FinishedRun Describe(TrainingPoint end, int conversations) => new()
    {
        Seed = seed,
        Minutes = limit.TotalMinutes,
        Threads = torch.get_num_threads(),
        Steps = end.Step,
        Tokens = end.Tokens,
        Conversations = conversations,
    };

    private BytePairTokenizer LearnTokenizer()
    {
        var generator = new CorpusGenerator(TokenizerSeed);
        var trainer = new BytePairTrainer();
        for (var i = 0; i < TokenizerConversations; i++)
        {
            foreach (var piece in ChatMarkup.Render(generator.Next()))
            {
                foreach (var text in piece.Text.Split([.. ChatMarkup.AddedTokens], StringSplitOptions.RemoveEmptyEntries))
                {
                    trainer.Add(text);
                }
            }
        }

        return new BytePairTokenizer(trainer.Learn(VocabularySize - 256 - ChatMarkup.AddedTokens.Count), ChatMarkup.AddedTokens);
    }

    private (List<Batch> Unseen, List<Batch> HeldOut) DrawEvaluation(BytePairTokenizer tokenizer)
    {
        var generator = new CorpusGenerator(UnseenSeed);
        var unseen = Example.Draw(generator.Next, tokenizer, EvaluationConversations, MaxLength);
        var heldOut = Example.Draw(generator.NextHeldOut, tokenizer, EvaluationConversations, MaxLength);
        return (Batch.Cut(unseen, BatchTokens), Batch.Cut(heldOut, BatchTokens));
    }

    private List<TrainingPoint> Train(MiniModel model, BytePairTokenizer tokenizer, BatchStream batches)
    {
        using var optimizer = new MixedOptimizer(model, Peak * MuonRate, Peak * AdamRate);
        var run = new TrainingRun(model, optimizer, batches, limit);
        var curve = new List<TrainingPoint>();
        var nextCheckpoint = s_checkpointEvery;
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(display =>
        {
            var task = display.AddTask("training");
            while (run.Advance() is { } point)
            {
                curve.Add(point);
                task.Value = 100 * point.Progress;
                task.Description = string.Create(CultureInfo.InvariantCulture, $"step {point.Step}, {point.Tokens / 1e6:F2} M tokens, loss {point.Loss:F3}");
                if (point.Elapsed >= nextCheckpoint)
                {
                    ModelDirectory.Write(directory, model, tokenizer);
                    AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{point.Elapsed.TotalMinutes:N0} minutes: {task.Description}");
                    nextCheckpoint = point.Elapsed + s_checkpointEvery;
                }
            }
        });
        return curve;
    }

    private List<CardSample> TakeSamples(Sampler sampler, int conversations)
    {
        var samples = CardSamples.HeldOutStories.Concat(CardSamples.Answers).Select(conversation =>
        {
            var isStory = CardSamples.HeldOutStories.Contains(conversation);
            return new CardSample(conversation, sampler.Answer(conversation, isStory ? 0.7 : 0), isStory);
        }).ToList();
        var generator = TrainingCorpus();
        for (var i = 0; i < conversations; i++)
        {
            var words = Overlap.Words(string.Join('\n', generator.Next().Turns.Select(turn => turn.Text)));
            samples.ForEach(sample => sample.Overlap.Read(words));
        }

        return samples;
    }
}
