using Rill.Models;
using Rill.Torch.Runtime;
using static TorchSharp.torch;

namespace Rill.Torch.Layers;

/// <summary>
/// Computes single tokens of many sequences in one pass. All tensors have the shapes of a <see cref="StepShape"/>, all inputs lie at a
/// fixed place on the device, and nothing is read back on the way: so the pass can be captured once and replayed.
/// </summary>
internal sealed class DecodePass : IDisposable
{
    private readonly KeyValueLayout _layout;
    private readonly InputStaging _staging;
    private readonly PassFactory _passes;
    private readonly TensorStack _stack;

    public DecodePass(TensorStack stack, PassFactory passes, KeyValueLayout layout, Device device)
    {
        (_stack, _passes, _layout) = (stack, passes, layout);
        _staging = new(device, layout.SlotCount);
    }

    /// <summary>Logits of rows of different slots, f32 [rows, vocabulary].</summary>
    public Tensor Forward(TokenRow[] rows)
    {
        var length = 1 + rows.Max(row => row.Position);
        var shape = StepShape.For(rows.Length, length, _layout.SlotCount, _layout.ContextLength);
        using var inputs = _staging.Stage(rows, shape.Rows);
        return Compute(inputs, shape, kept: null).narrow(0, 0, rows.Length);
    }

    public void Dispose() => _staging.Dispose();

    private Tensor Compute(Tensor inputs, StepShape shape, List<Tensor>? kept) =>
        _stack.Logits(_stack.Forward(_passes.OfSingles(inputs, shape.Span), kept));
}
