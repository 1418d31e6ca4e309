using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>How layers of one residual stream end in Gemma 4: per-layer inputs are added, and the result is multiplied with a number.</summary>
internal sealed unsafe class LayerEnds : ILayerFrame
{
    private readonly ThreadTeam _team;
    private readonly RowBuffer _residual;
    private readonly RowBuffer _branch;
    private readonly PerLayerInputs? _inputs;
    private readonly float[]? _scales;    // by layer
    private readonly Action<int> _end;
    private float _scale;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="inputs">The per-layer inputs; null for none. The caller's.</param>
    /// <param name="residual">The residual stream.</param>
    /// <param name="branch">Memory for rows of its width, which is free after a layer.</param>
    /// <param name="team">The threads.</param>
    public LayerEnds(DecoderSpec spec, CpuLayerFactory weights, PerLayerInputs? inputs, RowBuffer residual, RowBuffer branch, ThreadTeam team)
    {
        (_inputs, _residual, _branch, _team) = (inputs, residual, branch, team);
        _scales = spec.LayerScale
            ? [.. Enumerable.Range(0, spec.LayerCount).Select(layer => weights.Elements(0, spec.Names.LayerScale(layer), 1).Values[0])]
            : null;
        _end = End;
    }

    public void Open(TokenRow[] tokens, RowSplit rows) => _inputs?.Begin(tokens, _residual, rows);

    public void Enter(int layer, RowSplit rows)
    {
        // All of it happens at the end.
    }

    public void Leave(int layer, RowSplit rows)
    {
        _inputs?.Forward(layer, _residual, _branch, rows);
        _scale = _scales?[layer] ?? 1;
        _team.Run(rows.Count, 3L * rows.Count * _residual.Width, _end);
    }

    public void Close(RowSplit rows)
    {
        // The residual stream is what the last layer left.
    }

    private void End(int row)
    {
        var residual = _residual.Row(row);
        if (_inputs is not null)
        {
            RowKernels.Add<Float32Elements>(residual, _branch.Row(row), _residual.Width);
        }

        RowKernels.Scale(residual, _scale, residual, _residual.Width);
    }
}
