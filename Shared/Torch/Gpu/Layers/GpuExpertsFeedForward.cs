using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>A feed-forward of experts, with one that every row goes through where the model has it.</summary>
internal sealed class GpuExpertsFeedForward : IGpuFeedForward
{
    private readonly MoeSpec _spec;
    private readonly Activation _activation;
    private readonly GpuRouter _router;
    private readonly GpuExperts _experts;
    private readonly (Tensor Weight, Tensor? Bias)? _sharedGateUp;
    private readonly (Tensor Weight, Tensor? Bias) _sharedDown;
    private readonly Tensor? _sharedScale;

    /// <param name="spec">The model.</param>
    /// <param name="experts">The layer's experts.</param>
    /// <param name="weights">Brings weights to the device.</param>
    /// <param name="layer">The layer's number.</param>
    public GpuExpertsFeedForward(DecoderSpec spec, MoeSpec experts, DeviceWeights weights, int layer)
    {
        (_spec, _activation) = (experts, spec.Activation);
        var (names, hidden, width) = (spec.Names, spec.HiddenSize, (long)experts.Width);
        _router = new(
            experts,
            weights.Exact(names.Router(layer) + ".weight", experts.Experts, hidden),
            experts.RouterBias ? weights.Exact(names.Router(layer) + ".bias", experts.Experts) : null,
            experts.SelectionBias ? weights.Exact(names.SelectionBias(layer), experts.Experts) : null);
        _experts = new(
            spec.Activation,
            Stack(hidden, expert => [(names.ExpertGate(layer, expert), width), (names.ExpertUp(layer, expert), width)]),
            Stack(width, expert => [(names.ExpertDown(layer, expert), hidden)]));
        if (experts.SharedWidth > 0)
        {
            var shared = (long)experts.SharedWidth;
            _sharedGateUp = weights.Linear(hidden, bias: false, (names.SharedGate(layer), shared), (names.SharedUp(layer), shared));
            _sharedDown = weights.Linear(shared, bias: false, (names.SharedDown(layer), hidden));
            _sharedScale = experts.SharedGate ? weights.Get(names.SharedExpertGate(layer) + ".weight", 1, hidden) : null;
        }

        (Tensor, Tensor?) Stack(long inputs, Func<int, (string, long)[]> layers) =>
            weights.LinearGroups(inputs, experts.ExpertBias, [.. Enumerable.Range(0, experts.Experts).Select(layers)]);
    }

    public Tensor Forward(Tensor input, bool hasFixedShapes)
    {
        var (experts, exact) = _router.Choose(input);
        var weights = exact.to_type(input.dtype);
        var factors = _spec.ScaleInput ? weights : null;
        var results = hasFixedShapes ? _experts.Fixed(input, experts, factors) : _experts.Sorted(input, experts, factors);    // [N, k, hidden]
        var sum = _spec.ScaleInput ? results.sum(1) : weights.unsqueeze(1).bmm(results).squeeze(1);
        return _sharedGateUp is { } gateUp ? sum.add_(Shared(input, gateUp)) : sum;
    }

    /// <summary>What the shared expert makes of all rows.</summary>
    private Tensor Shared(Tensor input, (Tensor Weight, Tensor? Bias) gateUp)
    {
        var inner = GpuActivation.Gate(_activation, nn.functional.linear(input, gateUp.Weight, gateUp.Bias));
        var output = nn.functional.linear(inner, _sharedDown.Weight, _sharedDown.Bias);
        return _sharedScale is null ? output : output.mul_(nn.functional.linear(input, _sharedScale).sigmoid_());
    }
}
