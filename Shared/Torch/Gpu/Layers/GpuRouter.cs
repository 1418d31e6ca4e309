using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Chooses experts in tensor operations of fixed shapes, by the formulas of <see cref="MoeSpec"/>; nothing is read back. Computed in f32.
/// Letters: N rows, E experts, k of them for each row.
/// </summary>
internal sealed class GpuRouter
{
    private readonly MoeSpec _spec;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Tensor? _selectionBias;

    /// <param name="spec">The experts.</param>
    /// <param name="weight">f32 [E, hidden].</param>
    /// <param name="bias">Of the logits, f32 [E]; null for none.</param>
    /// <param name="selectionBias">What counts in the choice only, f32 [E]; null for none.</param>
    public GpuRouter(MoeSpec spec, Tensor weight, Tensor? bias, Tensor? selectionBias) =>
        (_spec, _weight, _bias, _selectionBias) = (spec, weight, bias, selectionBias);

    /// <summary>The chosen experts of rows [N, hidden], int64 [N, k], and their weights, f32 [N, k]. The caller's scope owns what it makes.</summary>
    public (Tensor Experts, Tensor Weights) Choose(Tensor input)
    {
        var logits = nn.functional.linear(input.to_type(ScalarType.Float32), _weight, _bias);
        var scores = _spec.Score switch
        {
            RouterScore.SoftmaxAll => logits.softmax(1),
            RouterScore.Sigmoid => logits.sigmoid(),
            _ => logits,
        };
        var choice = _selectionBias is null ? scores : scores + _selectionBias;
        var experts = (_spec.Groups > 1 ? WithinBestGroups(choice) : choice).topk(_spec.Top, 1).indexes;
        return (experts, Weigh(scores.gather(1, experts)));
    }

    /// <summary>[N, E], with minus infinity for the experts of all groups but the best.</summary>
    private Tensor WithinBestGroups(Tensor choice)
    {
        var size = _spec.Experts / _spec.Groups;
        var grouped = choice.view(-1, _spec.Groups, size);
        var groups = _spec.GroupScore == GroupScore.Best || size == 1 ? grouped.amax([2]) : grouped.topk(2, 2).values.sum(2);
        var best = groups.topk(_spec.TopGroups, 1).indexes;
        var excluded = ones_like(groups).scatter_(1, best, zeros_like(groups)).to_type(ScalarType.Bool);
        return grouped.masked_fill(excluded.unsqueeze(2), float.NegativeInfinity).view(-1, _spec.Experts);
    }

    private Tensor Weigh(Tensor chosen)
    {
        var weights = _spec.Score == RouterScore.SoftmaxTop ? chosen.softmax(1) : chosen;
        if (_spec.Normalize)
        {
            weights = weights / (weights.sum(1, keepdim: true) + _spec.NormalizeEpsilon);
        }

        return _spec.Scale == 1 ? weights : weights * _spec.Scale;
    }
}
