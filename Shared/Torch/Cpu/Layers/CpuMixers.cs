using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Makes the layers of a model that have a state, and owns with the given stack what they share.</summary>
internal sealed class CpuMixers
{
    private readonly DecoderSpec _spec;
    private readonly StateRuns _runs;
    private readonly ThreadTeam _team;
    private readonly DisposableStack _parts;
    private readonly Dictionary<MixerSpec, MixerScratch> _scratches = [];

    /// <summary>Reserves the states' addresses.</summary>
    /// <param name="spec">The model, with at least one layer that has a state.</param>
    /// <param name="layout">Slots and their memory.</param>
    /// <param name="team">The threads.</param>
    /// <param name="parts">Owns the memory.</param>
    public CpuMixers(DecoderSpec spec, KeyValueLayout layout, ThreadTeam team, DisposableStack parts)
    {
        (_spec, _team, _parts) = (spec, team, parts);
        _runs = new(new MixerStates(spec, layout, parts));
    }

    /// <summary>The states.</summary>
    public MixerStates States => _runs.States;

    /// <summary>The mixer of a layer; null where it has attention.</summary>
    public IMixer? Make(CpuLayerFactory weights, int layer)
    {
        return _spec.MixerOf(layer) switch
        {
            DeltaNetSpec delta => new DeltaNet(_spec, delta, weights, layer, _runs, Scratch(delta), _team),
            ShortConvSpec conv => new ShortConvolution(_spec, conv, weights, layer, _runs, Scratch(conv), _team),
            _ => null,
        };

        MixerScratch Scratch(MixerSpec mixer) =>
            _scratches.GetValueOrDefault(mixer) ?? (_scratches[mixer] = _parts.Own(new MixerScratch(mixer)));
    }

    /// <summary>Before a step's layers.</summary>
    public void Begin(TokenRow[] rows) => _runs.Begin(rows);

    /// <summary>After a step's layers.</summary>
    public void End() => _runs.End();
}
