namespace Rill.Models.Packed;

/// <summary>
/// FP8 (transformers, integrations/finegrained_fp8): X.weight in F8_E4M3, and X.weight_scale_inv, with which it is multiplied, for
/// rectangles of weight_block_size or for the whole matrix. Scales of activations are for computation in FP8 and are passed over.
/// </summary>
internal sealed class Fp8Format(ModelConfig config) : IPackedFormat
{
    private readonly IReadOnlyList<int>? _block = config.Sizes("weight_block_size") is { Count: not 2 }
        ? throw new ModelFormatException("config.json: weight_block_size must be two numbers or null.")
        : config.Sizes("weight_block_size");

    public IEnumerable<PackedTensor> Find(PackedFiles files) =>
        from name in files.Names
        let weight = files.Get(name)
        where weight.Type == "F8_E4M3"
        let scale = files.Find(name + "_scale_inv") ?? files.Find(name + "_scale")
        where scale is not null
        select ScaledMatrix.Of(weight, scale, zero: null, _block);

    public bool Ignores(string name) =>
        name.EndsWith("activation_scale", StringComparison.Ordinal) || name.EndsWith("input_scale", StringComparison.Ordinal);
}
