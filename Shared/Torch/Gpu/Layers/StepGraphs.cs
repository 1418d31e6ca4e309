using Rill.Torch.Gpu.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Runs decoding passes, each shape from its first use on as one captured graph, so that the host launches one thing instead of some
/// hundred kernels. Any failure turns capturing off for good, with one reason for the log, and the passes are computed as they come.
/// </summary>
/// <remarks>
/// A replay writes to the addresses that its temporary tensors had, and libtorch's allocator, which knows nothing of the capture, may have
/// given them to others. So the temporaries of the last layer of each kind (<see cref="LayerKinds"/>) are kept as long as the graph:
/// the layers before it disposed theirs, and got the same memory again and again. Whatever else a replay overwrites is nobody's: a step replays before it computes anything else, and what
/// later steps need (weights, cache, inputs) was made before the first capture.
/// </remarks>
/// <param name="device">Captures.</param>
/// <param name="report">Gets the reason.</param>
internal sealed class StepGraphs(IStepDevice device, Action<string> report) : IDisposable
{
    private const float Tolerance = 0.02f;    // of the largest logit: a replay computes what was captured, bit for bit or not at all

    private readonly Dictionary<StepShape, Entry> _graphs = [];
    private bool _isOff;

    /// <summary>False once capturing was turned off.</summary>
    public bool IsOn => !_isOff;

    /// <summary>Number of shapes that are captured.</summary>
    public int Count => _graphs.Count;

    /// <summary>Graphs that were captured until now, forgotten ones among them.</summary>
    public int Captures { get; private set; }

    /// <summary>Computes one pass. Its inputs must lie where they lay at the last call for the same shape.</summary>
    /// <param name="shape">The shape of everything that the pass computes.</param>
    /// <param name="compute">
    /// Queues the pass and returns its logits; it is called several times in a row while a shape is captured. Adds the temporary tensors
    /// that have to be kept to the list, where it gets one.
    /// </param>
    /// <returns>The logits, to be read before the next pass; the caller's scope owns them.</returns>
    public Tensor Run(StepShape shape, Func<List<Tensor>?, Tensor> compute)
    {
        if (_isOff)
        {
            return compute(null);
        }

        try
        {
            return _graphs.TryGetValue(shape, out var entry) ? entry.Replay() : Capture(shape, compute);
        }
        catch (StepGraphException failure)
        {
            TurnOff(failure.Message);
            return compute(null);
        }
    }

    /// <summary>
    /// The captured shape that steps of a shape are padded to: itself, or the next with at most twice the rows; where there is none, the
    /// shape, to be captured now.
    /// </summary>
    /// <param name="shape">The smallest that does.</param>
    /// <param name="copiesSpans">Whether a longer span costs time.</param>
    public StepShape Fit(StepShape shape, bool copiesSpans)
    {
        if (_graphs.ContainsKey(shape))
        {
            return shape;
        }

        var next = _graphs.Keys
            .Where(captured => captured.Rows >= shape.Rows && captured.Rows <= 2 * shape.Rows)
            .Where(captured => copiesSpans ? captured.Span == shape.Span : captured.Span >= shape.Span)
            .OrderBy(captured => captured.Rows).ThenBy(captured => captured.Span).FirstOrDefault();
        return next == default ? shape : next;
    }

    /// <summary>Where a list is given, moves a scope's tensors to it, undisposed.</summary>
    public static void Keep(DisposeScope scope, List<Tensor>? kept)
    {
        if (kept is not null)
        {
            var temporary = scope.DisposablesView.OfType<Tensor>().ToList();
            scope.Detach(temporary);
            kept.AddRange(temporary);
        }
    }

    /// <summary>
    /// Forgets all graphs, to capture them anew. libtorch's allocator answers a want of memory by giving back what nobody holds, and that
    /// may be memory that a graph writes to.
    /// </summary>
    public void Drop()
    {
        if (_graphs.Count == 0)
        {
            return;
        }

        try
        {
            device.Synchronize();    // one of them may be running
        }
        catch (StepGraphException)
        {
            // The device is broken, and what comes next says so: here an earlier failure is being dealt with.
        }

        Dispose();
    }

    public void Dispose()
    {
        foreach (var entry in _graphs.Values)
        {
            entry.Dispose();
        }

        _graphs.Clear();
    }

    /// <summary>
    /// Computes the pass twice as it comes, so that the allocator and the libraries have taken what they need, then captures it, and holds
    /// the first replay against what was computed.
    /// </summary>
    private Tensor Capture(StepShape shape, Func<List<Tensor>?, Tensor> compute)
    {
        compute(null).Dispose();
        var expected = compute(null);
        var entry = Entry.Capture(device, compute);
        _graphs[shape] = entry;
        Captures++;
        using var replayed = entry.Replay();
        using var difference = (replayed - expected).abs_().max();
        using var largest = expected.abs().max();
        if (!(difference.ToSingle() <= Tolerance * largest.ToSingle()))
        {
            throw new StepGraphException($"a replay for {shape.Rows} sequences computed other values than the kernels that it holds");
        }

        return expected;
    }

    private void TurnOff(string reason)
    {
        _isOff = true;
        device.Synchronize();
        Dispose();
        report(reason);
    }

    /// <summary>A graph and the tensors whose memory it uses.</summary>
    private sealed class Entry(IStepGraph graph, Tensor logits, List<Tensor> kept) : IDisposable
    {
        public static Entry Capture(IStepDevice device, Func<List<Tensor>?, Tensor> compute)
        {
            var kept = new List<Tensor>();
            Tensor? logits = null;
            try
            {
                using var scope = NewDisposeScope();
                var graph = device.Capture(() => logits = compute(kept));
                scope.Detach(logits!);
                return new(graph, logits!, kept);
            }
            catch (Exception failure)
            {
                kept.ForEach(tensor => tensor.Dispose());
                throw failure as StepGraphException ?? new StepGraphException($"an operation cannot be captured ({failure.GetType().Name})", failure);
            }
        }

        /// <summary>The logits of a replay; a view of memory that the next replay overwrites.</summary>
        public Tensor Replay()
        {
            graph.Launch();
            return logits.alias();
        }

        public void Dispose()
        {
            graph.Dispose();
            logits.Dispose();
            kept.ForEach(tensor => tensor.Dispose());
        }
    }
}
