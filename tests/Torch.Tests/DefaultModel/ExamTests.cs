using Rill.Torch.Native;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Evaluation;
using Rill.TrainModel.Tokenization;
using Rill.TrainModel.Training;
using TorchSharp;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>The exam tells a model that knows nothing from one that knows the answer.</summary>
public sealed class ExamTests
{
    private static readonly BytePairTokenizer Bytes = new([], ChatMarkup.AddedTokens);

    [Fact]
    public void Probe_OfAModelTrainedOnOneChat_FindsItsAnswerRightAndAnotherWrong()
    {
        using var model = NewModel();
        var known = new Conversation([Turn.User("Say owl"), Turn.Assistant("owl")]);
        var probe = new AnswerProbe(model, Bytes);
        Assert.False(probe.Probe(known, 1).IsRight);

        using var optimizer = new MixedOptimizer(model, 0.02, 0.006);
        for (var step = 0; step < 40; step++)
        {
            using var scope = torch.NewDisposeScope();
            LossMeter.Sum(model, new Batch([Example.Of(known, Bytes)])).backward();
            optimizer.Step(1);
        }

        Assert.True(probe.Probe(known, 1).IsRight);
        Assert.Equal("o", probe.Probe(known, 1).Opening);
        Assert.False(probe.Probe(new Conversation([Turn.User("Say owl"), Turn.Assistant("oxen")]), 1).IsRight);
    }

    [Fact]
    public void ThinkWhenAsked_OfAnUntrainedModel_FindsNoClosedThought()
    {
        using var model = NewModel();
        var mark = new Exam(model, Bytes, seed: 1).ThinkWhenAsked(questions: 1);    // the first one asks for a thought
        Assert.Equal((1, 0), (mark.Asked, mark.Right));
    }

    private static MiniModel NewModel()
    {
        NativeTorch.Load();
        torch.manual_seed(1);
        return new MiniModel(new ModelShape { VocabularySize = Bytes.VocabularySize, HiddenSize = 64, IntermediateSize = 64, Layers = 2, Heads = 2, KeyValueHeads = 1, HeadSize = 32, MaxPositions = 256 });
    }
}
