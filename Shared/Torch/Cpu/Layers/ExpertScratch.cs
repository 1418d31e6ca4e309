using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory that the expert layers of a decoder share: one of them runs at a time. Rows are those of all experts, one after the other.</summary>
internal sealed class ExpertScratch : IDisposable
{
    private readonly List<QuantizedInput> _quantized = [];

    /// <param name="spec">The experts.</param>
    /// <param name="hidden">Width of the residual stream.</param>
    public ExpertScratch(MoeSpec spec, int hidden)
    {
        Logits = new(spec.Experts);
        Inputs = new(hidden);
        Products = new(2 * spec.Width);
        Inner = new(spec.Width);
        Outputs = new(hidden);
        Groups = new(spec);
        Shared = new(Math.Max(1, spec.SharedWidth));
        SharedScale = new(1);
        SharedOutputs = new(hidden);
    }

    /// <summary>Router logits.</summary>
    public RowBuffer Logits { get; }

    /// <summary>Inputs.</summary>
    public RowBuffer Inputs { get; }

    /// <summary>Gate and up.</summary>
    public RowBuffer Products { get; }

    /// <summary>Gated rows.</summary>
    public RowBuffer Inner { get; }

    /// <summary>Results.</summary>
    public RowBuffer Outputs { get; }

    /// <summary>Gated rows of the shared expert.</summary>
    public RowBuffer Shared { get; }

    /// <summary>What the shared expert's result is scaled with, before the sigmoid.</summary>
    public RowBuffer SharedScale { get; }

    /// <summary>Results of the shared expert.</summary>
    public RowBuffer SharedOutputs { get; }

    /// <summary>Who goes where.</summary>
    public ExpertGroups Groups { get; }

    /// <summary>The quantized rows of a group; several threads may ask at once.</summary>
    public QuantizedInput Quantized(int group) => _quantized[group];

    /// <summary>Makes <see cref="Quantized"/> ready for so many groups.</summary>
    public void EnsureGroups(int groups)
    {
        while (_quantized.Count < groups)
        {
            _quantized.Add(new());
        }
    }

    /// <summary>Makes room.</summary>
    /// <param name="rows">Rows of the step.</param>
    /// <param name="choices">Rows of all experts together.</param>
    public void Ensure(int rows, int choices)
    {
        foreach (var buffer in new[] { Logits, Shared, SharedScale, SharedOutputs })
        {
            buffer.Ensure(rows);
        }

        foreach (var buffer in new[] { Inputs, Products, Inner, Outputs })
        {
            buffer.Ensure(choices);
        }
    }

    public void Dispose()
    {
        foreach (var part in (IEnumerable<IDisposable>)[Logits, Inputs, Products, Inner, Outputs, Shared, SharedScale, SharedOutputs, .. _quantized])
        {
            part.Dispose();
        }
    }
}
