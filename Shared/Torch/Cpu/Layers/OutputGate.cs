using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Multiplies attention's result with sigmoid(a projection of what attention was given).</summary>
internal sealed unsafe class OutputGate : IDisposable
{
    private readonly RowBuffer _gates;
    private readonly ThreadTeam _team;
    private readonly Action<int> _gate;
    private RowBuffer _attended = null!;    // of the call that runs

    /// <param name="width">Elements of attention's result.</param>
    /// <param name="team">The threads.</param>
    public OutputGate(int width, ThreadTeam team)
    {
        (_gates, _team) = (new(width), team);
        _gate = Gate;
    }

    /// <summary>attended *= sigmoid(projection(input)).</summary>
    public void Apply(CpuLinear projection, RowBuffer input, RowBuffer attended, RowSplit rows)
    {
        _attended = attended;
        _gates.Ensure(rows.Count);
        projection.Forward(input, _gates, rows);
        _team.Run(rows.Count, 8L * rows.Count * attended.Width, _gate);
    }

    public void Dispose() => _gates.Dispose();

    private void Gate(int row) =>
        ActivationKernel.Gate<Sigmoid, Float32Elements>(_gates.Row(row), _attended.Row(row), _attended.Row(row), _attended.Width);
}
