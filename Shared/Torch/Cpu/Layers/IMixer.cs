using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>What a layer has in attention's place, with a state for each slot: see <see cref="Rill.Models.MixerSpec"/>.</summary>
internal interface IMixer
{
    /// <summary>What the mixed rows go through on their way into the residual stream.</summary>
    CpuLinear Output { get; }

    /// <summary>
    /// Takes the step's rows through the mixer, each sequence's in their order, and moves the states of their slots on. A row's result depends on its
    /// own sequence only, whatever the steps in which that was computed.
    /// </summary>
    /// <param name="input">Rows of the hidden width, normed.</param>
    /// <param name="rows">Who multiplies which of them.</param>
    /// <returns>Rows for <see cref="Output"/>; valid until the next layer.</returns>
    RowBuffer Mix(RowBuffer input, RowSplit rows);
}
