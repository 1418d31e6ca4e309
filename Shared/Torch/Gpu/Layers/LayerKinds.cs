using Rill.Models;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Which layers of a model need temporary tensors of other shapes than the others.</summary>
internal static class LayerKinds
{
    /// <summary>The last layer of each kind, ascending; of a model whose layers are all alike, the last.</summary>
    public static IEnumerable<int> LastOfEach(DecoderSpec spec) => Enumerable.Range(0, spec.LayerCount)
        .GroupBy(layer => (spec.ExpertsOf(layer), spec.Rotaries[layer], spec.QueryTemperatures.ElementAtOrDefault(layer)))
        .Select(kind => kind.Last())
        .Order();
}
