using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Cache;

public sealed unsafe class MixerStatesTests
{
    private const int Width = 40;    // of which 3 earlier inputs make 120 elements, padded to 128

    private static readonly ShortConvSpec s_conv = new(Width) { Taps = 4 };

    [Fact]
    public void Of_SlotsAndLayers_DoNotOverlap()
    {
        using var parts = new DisposableStack();
        var states = New(slots: 3, parts);
        (int Slot, int Layer)[] places = [.. Enumerable.Range(0, 3).SelectMany(slot => (int[])[0, 2]).Select((layer, index) => (index / 2, layer))];

        foreach (var ((slot, layer), number) in places.Select((place, number) => (place, number)))
        {
            new Span<float>(states.Of(slot, layer), (int)s_conv.StateSize).Fill(number);
        }

        Assert.All(places.Index(), place => Assert.Equal(-1, new Span<float>(states.Of(place.Item.Slot, place.Item.Layer), (int)s_conv.StateSize).IndexOfAnyExcept(place.Index)));
        Assert.Equal(VirtualMemory.PageSize, MixerStates.BytesOf(Spec()));
    }

    [Fact]
    public void Begin_AtTheTokensSeenOrTheFirst_GoesOn()
    {
        using var parts = new DisposableStack();
        var states = New(slots: 2, parts);

        states.Begin(1, 0);
        states.End(1, 7);
        states.Begin(1, 7);
        states.End(1, 8);
        states.Begin(1, 0);

        Assert.Throws<InvalidOperationException>(() => states.Begin(0, 3));
        Assert.Throws<InvalidOperationException>(() => states.Begin(1, 8));    // the step before it has not ended
    }

    [SkippableFact]
    public void Release_ASlot_ForgetsItsStates()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Giving memory back is done on Linux only.");
        using var parts = new DisposableStack();
        var states = New(slots: 2, parts);
        states.Begin(0, 0);
        states.End(0, 5);
        *states.Of(0, 2) = 1;
        *states.Of(1, 2) = 1;

        states.Release(0);

        Assert.Equal((0f, 1f), (*states.Of(0, 2), *states.Of(1, 2)));
        Assert.Throws<InvalidOperationException>(() => states.Begin(0, 5));
    }

    [Fact]
    public void Restore_SavedStates_GoOnWhereTheyWereSaved()
    {
        using var parts = new DisposableStack();
        var states = New(slots: 2, parts);
        states.Begin(0, 0);
        *states.Of(0, 2) = 5;
        states.End(0, 8);
        states.Save(new(Slot: 0, Position: 8, State: 3));
        *states.Of(0, 2) = 6;

        states.Restore(new(Slot: 1, Position: 8, State: 3));
        states.Begin(1, 8);

        Assert.Equal((6f, 5f), (*states.Of(0, 2), *states.Of(1, 2)));
        Assert.Throws<InvalidOperationException>(() => states.Save(new(Slot: 0, Position: 9, State: 3)));
    }

    private static MixerStates New(int slots, DisposableStack parts) =>
        new(Spec(), new KeyValueBudget { SlotCount = slots, BlockSize = 4, MemoryMiB = 8 }.Plan(Spec(), KeyValueFormat.Float32), parts);

    private static DecoderSpec Spec()
    {
        using var model = new TinyModel();
        return model.Spec with { Mixers = [s_conv, null, s_conv] };
    }
}
