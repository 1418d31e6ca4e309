using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The rotations of a step's rows, the same for all layers of one <see cref="RotarySpec"/> and one width of heads.</summary>
internal sealed unsafe class RotaryTable : IDisposable
{
    private readonly float[] _frequencies;
    private readonly float _factor;
    private readonly bool _interleaved;
    private readonly int _headDim;
    private readonly int _rotated;
    private readonly RowBuffer _cosines;
    private readonly RowBuffer _sines;

    /// <param name="spec">How positions turn a head.</param>
    /// <param name="headDim">Width of a head.</param>
    public RotaryTable(RotarySpec spec, int headDim)
    {
        _frequencies = spec.InverseFrequencies(headDim);
        (_factor, _interleaved, _headDim, _rotated) = (spec.AttentionFactor, spec.Interleaved, headDim, 2 * _frequencies.Length);
        _cosines = new(_frequencies.Length);
        _sines = new(_frequencies.Length);
    }

    /// <summary>Computes the rotations of rows.</summary>
    public void Begin(TokenRow[] rows)
    {
        _cosines.Ensure(rows.Length);
        _sines.Ensure(rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            float* cosines = _cosines.Row(row), sines = _sines.Row(row);
            for (var pair = 0; pair < _frequencies.Length; pair++)
            {
                var (sine, cosine) = Math.SinCos(rows[row].Position * _frequencies[pair]);
                (cosines[pair], sines[pair]) = ((float)cosine * _factor, (float)sine * _factor);
            }
        }
    }

    /// <summary>target = the head of a row, rotated, times the scale. Head and target may be the same.</summary>
    public void Rotate(float* head, int row, float scale, float* target)
    {
        if (_interleaved)
        {
            RowKernels.RotateNeighbours(head, _cosines.Row(row), _sines.Row(row), scale, target, _rotated);
        }
        else
        {
            RowKernels.Rotate<Float32Elements>(head, _cosines.Row(row), _sines.Row(row), scale, target, _rotated);
        }

        if (_rotated < _headDim)
        {
            RowKernels.Scale(head + _rotated, scale, target + _rotated, _headDim - _rotated);
        }
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
