using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Computes single tokens of many sequences in one pass. All tensors have the shapes of a <see cref="StepShape"/>, all inputs lie at a
/// fixed place on the device, and nothing is read back on the way: so the pass can be captured once and replayed.
/// </summary>
internal sealed class DecodePass
{
    private readonly KeyValueLayout _layout;
    private readonly StepUpload<long> _upload;
    private readonly PassFactory _passes;
    private readonly GpuModel _model;
    private readonly StepGraphs? _graphs;
    private readonly LastTokens _last;

    /// <summary>Makes a pass; all that it gets must outlive it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="passes">Makes passes over the inputs.</param>
    /// <param name="graphs">Captures and replays; null to compute every pass as it comes.</param>
    /// <param name="layout">Sizes of the KV cache.</param>
    /// <param name="upload">The inputs' way, with room for a row of each slot: it must never move. Nobody else's.</param>
    /// <param name="last">The tokens that the host has not read yet.</param>
    public DecodePass(GpuModel model, PassFactory passes, StepGraphs? graphs, KeyValueLayout layout, StepUpload<long> upload, LastTokens last) =>
        (_model, _passes, _graphs, _layout, _upload, _last) = (model, passes, graphs, layout, upload, last);

    /// <inheritdoc cref="StepGraphs.Captures"/>
    public int Captures => _graphs?.Captures ?? 0;

    /// <summary>The shape of a pass over rows of different slots; null where they are better computed as they come.</summary>
    public StepShape? ShapeOf(ReadOnlySpan<TokenRow> rows)
    {
        var shape = StepShape.For(rows.Length, PassFactory.LengthOf(rows), _layout.SlotCount, _layout.ContextLength, _passes.CopiesSpans);
        return !_passes.HasFixedShapes(shape) ? null : _graphs?.Fit(shape, _passes.CopiesSpans) ?? shape;
    }

    /// <summary>
    /// Captures the shapes that come most, for as long as it may go on; each writes to the first position of slot 0, which must be free. Nothing
    /// where nothing is captured.
    /// </summary>
    /// <param name="goesOn">Asked before each shape.</param>
    /// <returns>Number of shapes that are captured now; 0 where those are no more than before.</returns>
    public int CaptureCommon(Func<bool> goesOn)
    {
        var before = _graphs?.Count ?? 0;
        foreach (var shape in StepShape.Common(_layout.SlotCount, _layout.ContextLength, _passes.CopiesSpans).Where(_passes.HasFixedShapes))
        {
            if (_graphs is not { IsOn: true } || !goesOn())
            {
                break;
            }

            using var scope = NewDisposeScope();
            Forward([default], shape);
        }

        return _graphs?.Count > before ? _graphs.Count : 0;
    }

    /// <inheritdoc cref="StepGraphs.Drop"/>
    public void DropGraphs() => _graphs?.Drop();

    /// <summary>Logits of rows of different slots, f32 [rows, vocabulary], and these slots, int64 [rows]; the next pass overwrites both.</summary>
    public (Tensor Logits, Tensor Slots) Forward(ReadOnlySpan<TokenRow> rows, StepShape shape)
    {
        _upload.Begin();
        var inputs = InputStaging.Add(_upload, rows, shape.Rows);
        _upload.Send();
        var staged = InputStaging.Rows(_upload, inputs);
        _last.Fill(rows, staged);
        var logits = _graphs is null ? Compute(shape, inputs, kept: null) : _graphs.Run(shape, kept => Compute(shape, inputs, kept));
        return (logits.narrow(0, 0, rows.Length), staged.select(0, 2).narrow(0, 0, rows.Length));
    }

    private Tensor Compute(StepShape shape, Range inputs, List<Tensor>? kept)
    {
        using var scope = NewDisposeScope();
        var pass = _passes.OfSingles(InputStaging.Rows(_upload, inputs), shape.Span);
        var logits = _model.Logits(_model.Forward(pass, kept)).MoveToOuterDisposeScope();
        StepGraphs.Keep(scope, kept);
        return logits;
    }
}
