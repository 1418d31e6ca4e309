using TorchSharp;
using static TorchSharp.torch;

namespace Rill.TrainModel.Training;

/// <summary>Cross entropy of a model on batches, in nats a token.</summary>
internal static class LossMeter
{
    /// <summary>The sum over the batch's learned tokens, a scalar tensor that gradients flow through.</summary>
    public static Tensor Sum(MiniModel model, Batch batch)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(tensor(batch.Ids).view(batch.Rows, batch.Length)).flatten(0, 1).index_select(0, tensor(batch.Positions));
        return nn.functional.cross_entropy(model.Logits(hidden), tensor(batch.Targets), reduction: nn.Reduction.Sum).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over all learned tokens of the batches.</summary>
    public static double Mean(MiniModel model, IEnumerable<Batch> batches)
    {
        using var noGradient = no_grad();
        var (sum, count) = (0.0, 0L);
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            sum += Sum(model, batch).item<float>();
            count += batch.Targets.Length;
        }

        return sum / count;
    }
}
