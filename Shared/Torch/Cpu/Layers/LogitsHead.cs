using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Turns hidden rows, normed, into logits.</summary>
internal sealed unsafe class LogitsHead
{
    private readonly DecoderSpec _spec;
    private readonly ThreadTeam _team;
    private readonly CpuLinear _linear;

    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="team">The threads.</param>
    public LogitsHead(DecoderSpec spec, CpuLayerFactory weights, ThreadTeam team)
    {
        (_spec, _team) = (spec, team);
        _linear = weights.Head(
            spec.TiedEmbeddings ? spec.Names.Embedding : spec.Names.Head, WeightNames.LayerOf(spec.Names.Head), spec.VocabularySize, spec.HiddenSize,
            spec.HeadBias ? WeightNames.BiasOf(spec.Names.Head) : null);
    }

    /// <summary>logits[i] = the logits of hidden[i].</summary>
    public void Forward(RowBuffer hidden, RowBuffer logits, int rows)
    {
        _linear.Forward(hidden, logits, new(rows, ByTorch: 0));
        if (_spec.LogitScale != 1 || _spec.LogitSoftCap is not null)
        {
            _team.Run(rows, 4L * rows * logits.Width, row => Finish(logits.Row(row), logits.Width));
        }
    }

    private void Finish(float* logits, int size)
    {
        if (_spec.LogitScale != 1)
        {
            RowKernels.Scale(logits, _spec.LogitScale, logits, size);
        }

        if (_spec.LogitSoftCap is { } cap)
        {
            RowKernels.SoftCap(logits, cap, size);
        }
    }
}
