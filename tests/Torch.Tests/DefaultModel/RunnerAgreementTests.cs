using Rill.Serving;
using Rill.Torch.Tests.Models;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;
using TorchSharp;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>Rill's runner computes with the committed weights what the trainer computed when it learned them.</summary>
public sealed class RunnerAgreementTests
{
    private const float Tolerance = 0.15f;    // nats; the trainer multiplies in bfloat16

    [Fact]
    public void Execute_OnTheCommittedModel_AgreesWithTheTrainersModel()
    {
        using var runner = TorchModelRunnerFactory.Load(
            ModelFolder.Path, new TorchRunnerOptions { DataType = TorchDataType.Float32, SlotCount = 1, BlockSize = 16, KeyValueMemoryMiB = 64, Threads = 1 });
        var (model, tokenizer) = ModelDirectory.Read(ModelFolder.Path);
        using var owned = model;
        var generator = new CorpusGenerator(31);
        for (var i = 0; i < 5; i++)
        {
            var text = string.Concat(ChatMarkup.Render(new Conversation([.. generator.NextHeldOut().Turns.SkipLast(1)]), addGenerationPrompt: true).Select(piece => piece.Text));
            var ids = tokenizer.Encode(text);
            var sequence = RunnerDriver.NewSequence(0, ids);
            var runners = RunnerDriver.Distribution(RunnerDriver.Run(runner, sequence, ids.Count));
            AssertClose(Distribution(model, ids), runners);
        }
    }

    private static float[] Distribution(Rill.TrainModel.Training.MiniModel model, List<int> ids)
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var hidden = model.Hidden(torch.tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0));
        return model.Logits(hidden.select(1, -1)).log_softmax(-1).flatten().data<float>().ToArray();
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        foreach (var (trainers, runners) in expected.Zip(actual).Where(pair => pair.First > -5))
        {
            Assert.InRange(runners, trainers - Tolerance, trainers + Tolerance);
        }
    }
}
