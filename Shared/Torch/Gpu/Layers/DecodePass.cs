using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Computes single tokens of many sequences in one pass. All tensors have the shapes of a <see cref="StepShape"/>, all inputs lie at a
/// fixed place on the device, and nothing is read back on the way: so the pass can be captured once and replayed.
/// </summary>
internal sealed class DecodePass
{
    private readonly KeyValueLayout _layout;
    private readonly InputStaging _staging;
    private readonly PassFactory _passes;
    private readonly GpuModel _model;
    private readonly StepGraphs? _graphs;

    /// <summary>Makes a pass; all that it gets must outlive it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="passes">Makes passes over the inputs.</param>
    /// <param name="graphs">Captures and replays; null to compute every pass as it comes.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="staging">The inputs' place, with room for a row of each slot: it must never move.</param>
    public DecodePass(GpuModel model, PassFactory passes, StepGraphs? graphs, KeyValueLayout layout, InputStaging staging) =>
        (_model, _passes, _graphs, _layout, _staging) = (model, passes, graphs, layout, staging);

    /// <inheritdoc cref="StepGraphs.Captures"/>
    public int Captures => _graphs?.Captures ?? 0;

    /// <summary>Logits of rows of different slots, f32 [rows, vocabulary].</summary>
    public Tensor Forward(TokenRow[] rows)
    {
        var length = 1 + rows.Max(row => row.Position);
        var shape = StepShape.For(rows.Length, length, _layout.SlotCount, _layout.ContextLength);
        if (!_passes.HasFixedShapes(shape))
        {
            _staging.Stage(rows, rows.Length);
            return _model.Logits(_model.Forward(_passes.OfRuns(_staging.Rows(rows.Length), SequenceRun.Of(rows))));
        }

        _staging.Stage(rows, shape.Rows);
        var logits = _graphs is null ? Compute(shape, kept: null) : _graphs.Run(shape, kept => Compute(shape, kept));
        return logits.narrow(0, 0, rows.Length);
    }

    /// <inheritdoc cref="StepGraphs.Drop"/>
    public void DropGraphs() => _graphs?.Drop();

    private Tensor Compute(StepShape shape, List<Tensor>? kept)
    {
        using var scope = NewDisposeScope();
        var logits = _model.Logits(_model.Forward(_passes.OfSingles(_staging.Rows(shape.Rows), shape.Span), kept)).MoveToOuterDisposeScope();
        StepGraphs.Keep(scope, kept);
        return logits;
    }
}
