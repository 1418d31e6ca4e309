using Rill.Models;
using Rill.Serving;
using Rill.Torch.Native;

namespace Rill.Torch.Cache;

/// <summary>
/// The states that layers carry from token to token (<see cref="MixerSpec"/>), f32, one for each slot and layer, and copies of them that were saved
/// behind cached blocks. Physical pages come when a slot or a copy is first used and go back with it.
/// </summary>
internal sealed unsafe class MixerStates
{
    private const int Alignment = 16;    // elements: a line of the processor's cache

    /// <summary>Stands for a state that a step may have changed in part only.</summary>
    private const int Unknown = -1;

    private readonly long[] _offsets;    // [layer], in elements from the slot's start
    private readonly long _slotStride;   // bytes
    private readonly int[] _tokens;      // [slot] -> how many the state has seen
    private readonly VirtualMemory _memory;
    private readonly VirtualMemory _saved;

    /// <summary>Reserves the addresses.</summary>
    /// <param name="spec">The model, with at least one layer that has a state.</param>
    /// <param name="layout">Slots and their memory.</param>
    /// <param name="parts">Owns the memory.</param>
    public MixerStates(DecoderSpec spec, KeyValueLayout layout, DisposableStack parts)
    {
        _offsets = new long[spec.LayerCount];
        for (var layer = 1; layer < spec.LayerCount; layer++)
        {
            _offsets[layer] = _offsets[layer - 1] + Padded(spec.MixerOf(layer - 1));
        }

        const string use = "the layers' states; lower the number of sequences";
        _tokens = new int[layout.SlotCount];
        _slotStride = layout.StateBytes;
        _memory = parts.Own(new VirtualMemory(_slotStride * layout.SlotCount, use));
        _saved = parts.Own(new VirtualMemory(_slotStride * (layout.BlockCount / layout.StateBlocks), use));
    }

    /// <summary>Bytes that the states of one slot take; 0 for a model without.</summary>
    public static long BytesOf(DecoderSpec spec) =>
        VirtualMemory.RoundUp(Enumerable.Range(0, spec.LayerCount).Sum(layer => Padded(spec.MixerOf(layer))) * sizeof(float));

    /// <summary>The state of a layer in a slot: what it holds is the mixer's, which clears it at a sequence's first token.</summary>
    public float* Of(int slot, int layer) => (float*)(_memory.Start + (slot * _slotStride)) + _offsets[layer];

    /// <summary>Notes that a step changes a slot's states; until <see cref="End"/> nobody knows what they hold.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="position">The position of the step's first token there: 0, or how many tokens the states have seen.</param>
    /// <exception cref="InvalidOperationException">The states have seen another number of tokens: a fault of the scheduler.</exception>
    public void Begin(int slot, int position)
    {
        if (position != 0 && position != _tokens[slot])
        {
            throw new InvalidOperationException(
                $"A step goes on at position {position} of slot {slot}, whose states have seen {_tokens[slot]} tokens.");
        }

        _tokens[slot] = Unknown;
    }

    /// <summary>Notes how many tokens a slot's states have seen now.</summary>
    public void End(int slot, int tokens) => _tokens[slot] = tokens;

    /// <summary>Gives a slot's memory back.</summary>
    public void Release(int slot)
    {
        _tokens[slot] = 0;
        _memory.Release(slot * _slotStride, _slotStride);
    }

    /// <summary>Gives the memory of a saved state back.</summary>
    public void ReleaseSaved(int state) => _saved.Release(state * _slotStride, _slotStride);

    /// <summary>Copies a slot's states to where they are saved.</summary>
    /// <exception cref="InvalidOperationException">They have seen another number of tokens: a fault of the scheduler.</exception>
    public void Save(StateCopy copy)
    {
        if (_tokens[copy.Slot] != copy.Position)
        {
            throw new InvalidOperationException($"The states of slot {copy.Slot} have seen {_tokens[copy.Slot]} tokens, not {copy.Position}.");
        }

        Buffer.MemoryCopy(_memory.Start + (copy.Slot * _slotStride), _saved.Start + (copy.State * _slotStride), _slotStride, _slotStride);
    }

    /// <summary>Copies saved states into a slot.</summary>
    public void Restore(StateCopy copy)
    {
        Buffer.MemoryCopy(_saved.Start + (copy.State * _slotStride), _memory.Start + (copy.Slot * _slotStride), _slotStride, _slotStride);
        _tokens[copy.Slot] = copy.Position;
    }

    private static long Padded(MixerSpec? mixer) => ((mixer?.StateSize ?? 0) + Alignment - 1) / Alignment * Alignment;
}
