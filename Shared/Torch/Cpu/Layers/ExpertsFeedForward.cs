using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// A feed-forward of experts: a step's rows are sorted by expert, so that each expert's matrices are read once, and the experts' products are
/// shared out among the threads in one phase for all of them. A row's result is the sum of its experts' in ascending order, whoever else is
/// in the step.
/// </summary>
internal sealed unsafe class ExpertsFeedForward : IFeedForward
{
    private const int PieceMultiple = 16;    // see CpuLinear
    private const int PiecesPerThread = 4;

    private readonly MoeSpec _experts;
    private readonly Activation _activation;
    private readonly ThreadTeam _team;
    private readonly ExpertScratch _scratch;
    private readonly CpuLinear _router;
    private readonly WeightVector? _selectionBias;
    private readonly WeightVector? _expertScales;
    private readonly ExpertWeights[] _gateUp;
    private readonly ExpertWeights[] _down;
    private readonly CpuLinear? _sharedGateUp;
    private readonly CpuLinear? _sharedDown;
    private readonly CpuLinear? _sharedScale;
    private readonly Action<int> _expandPiece;
    private readonly Action<int> _contractPiece;
    private int _pieces;    // of each group

    /// <param name="spec">The model.</param>
    /// <param name="experts">The layer's experts.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="layer">The layer's number.</param>
    /// <param name="scratch">Shared with the other layers.</param>
    /// <param name="team">The threads.</param>
    public ExpertsFeedForward(DecoderSpec spec, MoeSpec experts, CpuLayerFactory weights, int layer, ExpertScratch scratch, ThreadTeam team)
    {
        (_experts, _activation, _scratch, _team) = (experts, spec.Activation, scratch, team);
        var (names, hidden, width, bias) = (spec.Names, spec.HiddenSize, experts.Width, experts.ExpertBias);
        _router = weights.Exact(names.Router(layer), experts.Experts, hidden, experts.RouterBias);
        _selectionBias = experts.SelectionBias ? weights.Elements(0, names.SelectionBias(layer), experts.Experts) : null;
        _expertScales = experts.BesideDense ? weights.Elements(0, names.Of(layer, names.ParallelExperts.ExpertScalesSuffix), experts.Experts) : null;
        _gateUp = [.. Enumerable.Range(0, experts.Experts).Select(expert =>
            weights.Expert(hidden, bias, (names.ExpertGate(layer, expert), width), (names.ExpertUp(layer, expert), width)))];
        _down = [.. Enumerable.Range(0, experts.Experts).Select(expert => weights.Expert(width, bias, (names.ExpertDown(layer, expert), hidden)))];
        if (experts.SharedWidth > 0)
        {
            _sharedGateUp = weights.Linear(hidden, bias: false, (names.SharedGate(layer), experts.SharedWidth), (names.SharedUp(layer), experts.SharedWidth));
            _sharedDown = weights.Linear(experts.SharedWidth, bias: false, (names.SharedDown(layer), hidden));
            _sharedScale = experts.SharedGate ? weights.Exact(names.SharedExpertGate(layer), 1, hidden, bias: false) : null;
        }

        _expandPiece = ExpandPiece;
        _contractPiece = ContractPiece;
    }

    private ExpertGroups Routes => _scratch.Groups;

    public void Forward(RowBuffer input, RowBuffer output, RowSplit rows) => Forward(input, input, output, rows);

    public void AddTo(RowBuffer input, RowBuffer residual, RowSplit rows) => AddTo(input, input, residual, rows);

    /// <summary>output = what the experts make of the input's rows, chosen by other rows.</summary>
    public void Forward(RowBuffer routed, RowBuffer input, RowBuffer output, RowSplit rows)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            new Span<float>(output.Row(row), output.Width).Clear();
        }

        AddTo(routed, input, output, rows);
    }

    private void AddTo(RowBuffer routed, RowBuffer input, RowBuffer residual, RowSplit rows)
    {
        var choices = rows.Count * _experts.Top;
        _scratch.Ensure(rows.Count, choices);
        _router.Forward(routed, _scratch.Logits, new(rows.Count, ByTorch: 0));
        Routes.Route(
            rows.Count, new(_scratch.Logits.Row(0), rows.Count * _experts.Experts),
            _selectionBias is null ? [] : new(_selectionBias.Values, _experts.Experts),
            _expertScales is null ? [] : new(_expertScales.Values, _experts.Experts));
        _scratch.EnsureGroups(Routes.Groups.Count);
        Share(input, rows);
        Gather(input, rows.Count);
        Quantize(_gateUp[0], _scratch.Inputs);
        RunGroups(_expandPiece);
        Quantize(_down[0], _scratch.Inner);
        RunGroups(_contractPiece);
        _team.Run(rows.Count, (long)choices * residual.Width * 2, row => Sum(row, residual.Row(row), residual.Width));
    }

    /// <summary>Computes the shared expert of all rows, scaled.</summary>
    private void Share(RowBuffer input, RowSplit rows)
    {
        if (_sharedGateUp is null)
        {
            return;
        }

        _sharedGateUp.Gate(input, _scratch.Shared, rows, _activation);
        _sharedDown!.Forward(_scratch.Shared, _scratch.SharedOutputs, rows);
        _sharedScale?.Forward(input, _scratch.SharedScale, new(rows.Count, ByTorch: 0));
    }

    /// <summary>Puts the rows of each expert side by side.</summary>
    private void Gather(RowBuffer input, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var number = 0; number < _experts.Top; number++)
            {
                var (place, weight) = Routes.Choice(row, number);
                RowKernels.Scale(input.Row(row), _experts.ScaleInput ? weight : 1, _scratch.Inputs.Row(place), input.Width);
            }
        }
    }

    private void Quantize(ExpertWeights weights, RowBuffer source)
    {
        if (!weights.TakesQuantized)
        {
            return;
        }

        for (var group = 0; group < Routes.Groups.Count; group++)
        {
            _scratch.Quantized(group).Ensure(Routes.Groups[group].Count, source.Width);
        }

        _team.Run(Routes.Groups.Count, group =>
        {
            var (_, first, count) = Routes.Groups[group];
            for (var row = 0; row < count; row++)
            {
                _scratch.Quantized(group).Quantize(row, source.Row(first + row));
            }
        });
    }

    /// <summary>Runs some pieces of each group: one where there are groups enough for the threads.</summary>
    private void RunGroups(Action<int> piece)
    {
        var groups = Routes.Groups.Count;
        _pieces = Math.Max(1, ((_team.Threads * PiecesPerThread) + groups - 1) / groups);
        _team.Run(groups * _pieces, piece);
    }

    private (int First, int End) Piece(int number, int size)
    {
        var units = (size + PieceMultiple - 1) / PieceMultiple;
        return (Math.Min(size, units * number / _pieces * PieceMultiple), Math.Min(size, units * (number + 1) / _pieces * PieceMultiple));
    }

    private void ExpandPiece(int piece)
    {
        var (number, part) = Math.DivRem(piece, _pieces);
        var group = Routes.Groups[number];
        var (first, end) = Piece(part, _experts.Width);
        if (first == end)
        {
            return;
        }

        var products = _scratch.Products;
        var input = new LinearInput(_scratch.Inputs.Row(group.First), group.Count, _scratch.Quantized(number));
        _gateUp[group.Expert].Multiply(0, first, end, input, products.Row(group.First), products.Width);
        _gateUp[group.Expert].Multiply(1, first, end, input, products.Row(group.First), products.Width);
        for (var row = group.First; row < group.First + group.Count; row++)
        {
            var gate = products.Row(row) + first;
            ActivationKernel.Gate<Float32Elements>(_activation, gate, gate + _experts.Width, _scratch.Inner.Row(row) + first, end - first);
        }
    }

    private void ContractPiece(int piece)
    {
        var (number, part) = Math.DivRem(piece, _pieces);
        var group = Routes.Groups[number];
        var (first, end) = Piece(part, _scratch.Outputs.Width);
        if (first < end)
        {
            var input = new LinearInput(_scratch.Inner.Row(group.First), group.Count, _scratch.Quantized(number));
            _down[group.Expert].Multiply(0, first, end, input, _scratch.Outputs.Row(group.First), _scratch.Outputs.Width);
        }
    }

    private void Sum(int row, float* target, int size)
    {
        for (var number = 0; number < _experts.Top; number++)
        {
            var (place, weight) = Routes.Choice(row, number);
            RowKernels.AddScaled(target, _scratch.Outputs.Row(place), _experts.ScaleInput ? 1 : weight, size);
        }

        if (_sharedGateUp is not null)
        {
            var scale = _sharedScale is null ? 1 : 1 / (1 + MathF.Exp(-_scratch.SharedScale.Row(row)[0]));
            RowKernels.AddScaled(target, _scratch.SharedOutputs.Row(row), scale, size);
        }
    }
}
