namespace Rill.Models.Packed;

/// <summary>
/// The formats of the compressed-tensors library that hold whole numbers of 1 to 8 bits, FP8 or FP4. Which tensors are packed is told by
/// the parts that are there; scales of activations and of a packed KV cache are passed over.
/// </summary>
internal sealed class CompressedTensorsFormat : IPackedFormat
{
    private static readonly string[] s_formats =
        ["float-quantized", "int-quantized", "naive-quantized", "pack-quantized", "nvfp4-pack-quantized", "mxfp4-pack-quantized"];

    private static readonly string[] s_ignored =
        [".input_scale", ".input_zero_point", ".input_global_scale", ".output_scale", ".output_zero_point", ".k_scale", ".v_scale"];

    private readonly List<int> _bits;
    private readonly IReadOnlyList<int>? _block;

    /// <summary>Reads quantization_config.</summary>
    /// <exception cref="ModelFormatException">The format is not supported, or the sizes of its groups are missing.</exception>
    public CompressedTensorsFormat(ModelConfig config)
    {
        if (config.Text("format") is not { } format || !s_formats.Contains(format))
        {
            throw new ModelFormatException(
                $"config.json: the compressed-tensors format '{config.Text("format")}' is not supported; only {string.Join(", ", s_formats)} are.");
        }

        if (config.Section("sparsity_config")?.Text("format") is { } sparse and not "dense")
        {
            throw new ModelFormatException($"config.json: sparsity_config's format '{sparse}' is not supported; only dense is.");
        }

        var named = config.Section("config_groups");
        var groups = named?.Names.Select(name => named.Section(name)!.Section("weights")).OfType<ModelConfig>().ToList() ?? [];
        _bits = [.. groups.Select(group => group.Int("num_bits", 16)).Distinct()];
        _block = groups.Where(group => group.Text("strategy") == "block").Select(group => group.Sizes("block_structure")).FirstOrDefault();
    }

    public IEnumerable<PackedTensor> Find(PackedFiles files) =>
    [
        .. files.EndingWith(".weight_packed")
            .Select(packed => packed.Part.Type == "U8" ? Floats(files, packed.Module, packed.Part) : PackedIntegers.Of(files, packed.Module, _bits)),
        .. files.EndingWith(".weight").Where(weight => weight.Part.Type is "F8_E4M3" or "I8")
            .Select(weight => Scaled(files, weight.Module, weight.Part)),
    ];

    public bool Ignores(string name) => s_ignored.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    private PackedTensor Scaled(PackedFiles files, string module, PackedPart weight) =>
        ScaledMatrix.Of(weight, files.Get(module + ".weight_scale"), files.Find(module + ".weight_zero_point"), _block);

    /// <summary>NVFP4 where there is a scale for all groups together, else MXFP4.</summary>
    private static PackedTensor Floats(PackedFiles files, string module, PackedPart packed)
    {
        var scale = files.Get(module + ".weight_scale");
        return files.Find(module + ".weight_global_scale") is { } global
            ? Fp4Matrix.Of(module + ".weight", packed, scale.OfType("F8_E4M3"), 16, global)
            : Fp4Matrix.Of(module + ".weight", packed, scale.OfType("U8"), 32);
    }
}
