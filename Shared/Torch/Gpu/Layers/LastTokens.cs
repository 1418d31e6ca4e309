using Rill.Torch.Decoding;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// The token that each slot's sequence was given last, on the device: a step that is launched before the host has read it takes it from here.
/// </summary>
internal sealed class LastTokens : IDisposable
{
    private readonly Tensor _bySlot;    // int64 [slots]

    /// <summary>Takes memory for a number of slots.</summary>
    /// <param name="device">Where the tokens lie.</param>
    /// <param name="slotCount">Number of slots.</param>
    public LastTokens(Device device, int slotCount) => _bySlot = zeros(slotCount, ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>Queues that slots' sequences are given tokens.</summary>
    /// <param name="slots">Int64, each once.</param>
    /// <param name="tokens">Int64, as many as slots; where one is negative, there is none yet, and what is computed from it will not be used.</param>
    public void Note(Tensor slots, Tensor tokens)
    {
        using var scope = NewDisposeScope();
        _bySlot.index_copy_(0, slots, tokens.view(-1).clamp(0));
    }

    /// <summary>Queues that awaited tokens take their places in a pass's inputs.</summary>
    /// <param name="rows">The pass's rows; nothing is queued where none is <see cref="StepPlan.Awaited"/>.</param>
    /// <param name="inputs">The same on the device, padding included: int64 [3, N], tokens, positions, slots.</param>
    public void Fill(ReadOnlySpan<TokenRow> rows, Tensor inputs)
    {
        if (!Awaits(rows))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var tokens = inputs.select(0, 0);
        tokens.copy_(where(tokens.lt(0), _bySlot.index_select(0, inputs.select(0, 2)), tokens));
    }

    public void Dispose() => _bySlot.Dispose();

    private static bool Awaits(ReadOnlySpan<TokenRow> rows)
    {
        foreach (var row in rows)
        {
            if (row.Token == StepPlan.Awaited)
            {
                return true;
            }
        }

        return false;
    }
}
