using Rill.Models;
using Rill.Torch.Cpu.Adapters;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Cpu.Layers;

/// <summary>
/// Linear layers over the same input, side by side: y = x · [W0; W1; ...]ᵀ + b. Some rows go through our kernels over the weights where
/// they lie, the threads sharing the outputs; what follows the product (a bias, the residual's sum, the gate) happens in the same phase.
/// The others go through libtorch's matrix product in bf16. Neither way does a row's result depend on the other rows. What a row's adapter adds
/// comes from its input in f32, behind the bias and before all that follows.
/// </summary>
internal sealed unsafe class CpuLinear
{
    // A multiple of every vector's lanes: where pieces end must not decide which elements a vector computes and which a loop.
    private const int PieceMultiple = 16;

    private readonly ThreadTeam _team;
    private readonly LinearScratch _scratch;
    private readonly LinearWeight[] _weights;
    private readonly WeightVector? _bias;
    private readonly LinearAdapters? _adapters;
    private readonly Action<int> _piece;
    private readonly Action<int> _narrow;
    private readonly Action<int> _quantize;

    // The call that runs, for the delegates above.
    private Then _then;
    private Activation _activation;
    private RowBuffer _input = null!;
    private RowBuffer _output = null!;
    private RowSplit _rows;
    private PieceSplit _split;
    private bool _isAdapted;

    /// <summary>Puts layers side by side; weights and bias stay the caller's.</summary>
    /// <param name="team">The threads.</param>
    /// <param name="scratch">Shared with the decoder's other layers.</param>
    /// <param name="weights">One or more, of the same inner size and the same kind.</param>
    /// <param name="bias">For all outputs; null for none.</param>
    /// <param name="adapters">What adapters add; null where they change nothing.</param>
    public CpuLinear(ThreadTeam team, LinearScratch scratch, LinearWeight[] weights, WeightVector? bias, LinearAdapters? adapters = null)
    {
        (_team, _scratch, _weights, _bias, _adapters) = (team, scratch, weights, bias, adapters);
        Outputs = weights.Sum(weight => weight.Outputs);
        _piece = Piece;
        _narrow = Narrow;
        _quantize = Quantize;
    }

    private enum Then
    {
        Store,
        Add,
        Gate,
        Activate,
    }

    /// <summary>Outputs of all layers together.</summary>
    public int Outputs { get; }

    private int Inner => _weights[0].Inner;

    /// <summary>output = the product.</summary>
    public void Forward(RowBuffer input, RowBuffer output, RowSplit rows) => Run(Then.Store, input, output, rows, Outputs);

    /// <summary>residual += the product.</summary>
    public void AddTo(RowBuffer input, RowBuffer residual, RowSplit rows) => Run(Then.Add, input, residual, rows, Outputs);

    /// <summary>output = act(gate) * up, where the two layers are the gate and the up projection.</summary>
    public void Gate(RowBuffer input, RowBuffer output, RowSplit rows, Activation activation)
    {
        _activation = activation;
        Run(Then.Gate, input, output, rows, Outputs / 2);
    }

    /// <summary>output = act(the product).</summary>
    public void Activate(RowBuffer input, RowBuffer output, RowSplit rows, Activation activation)
    {
        _activation = activation;
        Run(Then.Activate, input, output, rows, Outputs);
    }

    private void Run(Then then, RowBuffer input, RowBuffer output, RowSplit rows, int shared)
    {
        (_then, _input, _output, _rows) = (then, input, output, rows);
        _isAdapted = _adapters?.Prepare(input) ?? false;
        if (then is Then.Add or Then.Gate)
        {
            _scratch.Products.Ensure((long)rows.ByKernels * Outputs * sizeof(float));
        }

        if (rows.ByKernels > 0)
        {
            Prepare();
            _split = _team.Split(shared, PieceMultiple, (long)rows.ByKernels * Outputs * Inner);
            _team.Run(_split.Count, _piece);
        }

        if (rows.ByTorch > 0)
        {
            RunByTorch();
        }
    }

    /// <summary>Quantizes the rows once for all pieces.</summary>
    private void Prepare()
    {
        if (_weights[0].TakesQuantized)
        {
            _scratch.Quantized.Ensure(_rows.ByKernels, Inner);
            _team.Run(_rows.ByKernels, (long)_rows.ByKernels * Inner, _quantize);
        }
    }

    private void Quantize(int row) => _scratch.Quantized.Quantize(row, _input.Row(_rows.ByTorch + row));

    private void Piece(int piece)
    {
        var (first, end) = _split[piece];
        var products = (float*)_scratch.Products.Start;
        switch (_then)
        {
            case Then.Store:
                Multiply(first, end, _output.Row(_rows.ByTorch), _output.Width);
                break;
            case Then.Add:
                Multiply(first, end, products, Outputs);
                for (var row = 0; row < _rows.ByKernels; row++)
                {
                    RowKernels.Add<Float32Elements>(_output.Row(_rows.ByTorch + row) + first, products + ((nint)row * Outputs) + first, end - first);
                }

                break;
            case Then.Activate:
                Multiply(first, end, _output.Row(_rows.ByTorch), _output.Width);
                for (var row = 0; row < _rows.ByKernels; row++)
                {
                    var product = _output.Row(_rows.ByTorch + row) + first;
                    ActivationKernel.Apply<Float32Elements>(_activation, product, product, end - first);
                }

                break;
            default:
                var half = Outputs / 2;
                Multiply(first, end, products, Outputs);
                Multiply(half + first, half + end, products, Outputs);
                for (var row = 0; row < _rows.ByKernels; row++)
                {
                    var gate = products + ((nint)row * Outputs) + first;
                    ActivationKernel.Gate<Float32Elements>(_activation, gate, gate + half, _output.Row(_rows.ByTorch + row) + first, end - first);
                }

                break;
        }
    }

    /// <summary>Outputs <paramref name="first"/> to <paramref name="end"/> of all rows of ours, with the bias.</summary>
    private void Multiply(int first, int end, float* target, int stride)
    {
        var offset = 0;
        var input = new LinearInput(_input.Row(_rows.ByTorch), _rows.ByKernels, _scratch.Quantized);
        foreach (var weight in _weights)
        {
            var from = Math.Max(first, offset);
            var to = Math.Min(end, offset + weight.Outputs);
            if (from < to)
            {
                weight.Multiply(from - offset, to - from, input, target + from, stride);
            }

            offset += weight.Outputs;
        }

        for (var row = 0; _bias is not null && row < _rows.ByKernels; row++)
        {
            RowKernels.Add<Float32Elements>(target + ((nint)row * stride) + first, _bias.Values + first, end - first);
        }

        if (_isAdapted)
        {
            _adapters!.Add(_rows.ByTorch, _rows.Count, first, end, target, stride);
        }
    }

    private void RunByTorch()
    {
        // libtorch gives a lone row other bits than the same row among others.
        var count = Math.Max(2, _rows.ByTorch);
        var narrowed = _scratch.Narrowed.Ensure((long)count * Inner * sizeof(ushort));
        _team.Run(_rows.ByTorch, (long)count * Inner, _narrow);
        using var input = TensorMemory.Wrap(narrowed, ScalarType.BFloat16, count, Inner);
        if (_then == Then.Gate)
        {
            using var gate = _weights[0].MultiplyByTorch(input);
            using var up = _weights[1].MultiplyByTorch(input);
            FinishGate((byte*)TensorMemory.Address(gate), (byte*)TensorMemory.Address(up));
            return;
        }

        var offset = 0;
        foreach (var weight in _weights)
        {
            using var product = weight.MultiplyByTorch(input);
            Finish((byte*)TensorMemory.Address(product), offset, weight.Outputs);
            offset += weight.Outputs;
        }
    }

    private void Narrow(int row) =>
        RowKernels.Narrow<BFloat16Elements>(_input.Row(row), (ushort*)_scratch.Narrowed.Start + ((nint)row * Inner), Inner);

    private void Finish(byte* product, int offset, int size) => _team.Run(_rows.ByTorch, (long)_rows.ByTorch * size, row =>
    {
        var source = product + ((nint)row * size * sizeof(ushort));
        var target = _output.Row(row) + offset;
        if (_then != Then.Add)
        {
            RowKernels.Widen<BFloat16Elements>(source, target, size);
        }
        else
        {
            RowKernels.Add<BFloat16Elements>(target, source, size);
        }

        if (_bias is not null)
        {
            RowKernels.Add<Float32Elements>(target, _bias.Values + offset, size);
        }

        if (_isAdapted)
        {
            _adapters!.Add(row, row + 1, offset, offset + size, _output.Row(row), 0);
        }

        if (_then == Then.Activate)
        {
            ActivationKernel.Apply<Float32Elements>(_activation, target, target, size);
        }
    });

    private void FinishGate(byte* gate, byte* up)
    {
        var size = Outputs / 2;
        _scratch.Products.Ensure(_bias is null && !_isAdapted ? 0 : (long)_rows.ByTorch * Outputs * sizeof(float));
        _team.Run(_rows.ByTorch, 4L * _rows.ByTorch * size, row =>
        {
            var gates = gate + ((nint)row * size * sizeof(ushort));
            var ups = up + ((nint)row * size * sizeof(ushort));
            var target = _output.Row(row);
            if (_bias is null && !(_isAdapted && _adapters!.Changes(row)))
            {
                ActivationKernel.Gate<BFloat16Elements>(_activation, gates, ups, target, size);
                return;
            }

            var sums = (float*)_scratch.Products.Start + ((nint)row * Outputs);
            RowKernels.Widen<BFloat16Elements>(gates, sums, size);
            RowKernels.Widen<BFloat16Elements>(ups, sums + size, size);
            if (_bias is not null)
            {
                RowKernels.Add<Float32Elements>(sums, _bias.Values, Outputs);
            }

            if (_isAdapted)
            {
                _adapters!.Add(row, row + 1, 0, Outputs, sums, 0);
            }

            ActivationKernel.Gate<Float32Elements>(_activation, sums, sums + size, target, size);
        });
    }
}
