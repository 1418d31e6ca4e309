namespace Rill.Models.Packed;

/// <summary>The packed formats that Rill reads, by what config.json calls them.</summary>
internal static class PackedFormats
{
    private static readonly Dictionary<string, Func<ModelConfig, IPackedFormat>> s_readers = new(StringComparer.Ordinal)
    {
        ["fp8"] = config => new Fp8Format(config),
        ["compressed-tensors"] = config => new CompressedTensorsFormat(config),
        ["gptq"] = config => new GptqFormat(config),
        ["awq"] = config => new AwqFormat(config),
        ["mxfp4"] = _ => new GptOssFormat(),
        ["bitsandbytes"] = config => new BitsAndBytesFormat(config),
        ["bitnet"] = config => new BitNetFormat(config),
    };

    /// <summary>The format of a model's weights; null where they are not packed.</summary>
    /// <exception cref="ModelFormatException">The format or one of its switches is not supported; the message names it.</exception>
    public static IPackedFormat? Of(ModelConfig config)
    {
        if (Section(config, "quantization_config") is { } section && section.Text("quant_method") is { } method)
        {
            return s_readers.TryGetValue(method, out var read)
                ? read(section)
                : throw new ModelFormatException(
                    $"config.json: quantization_config's quant_method '{method}' is not supported; "
                    + $"only {string.Join(", ", s_readers.Keys)} are, and bf16 or f32 weights.");
        }

        // MLX names no method, and writes its settings under one of these or under both.
        return (Section(config, "quantization") ?? Section(config, "quantization_config")) is { } unnamed
            ? unnamed.Has("group_size") && unnamed.Has("bits")
                ? new MlxFormat(unnamed)
                : throw new ModelFormatException(
                    "config.json: quantization_config without a quant_method is not supported; use the model's bf16 or f32 weights.")
            : null;
    }

    /// <summary>True where weights can be read as they arrive: they are not packed, or so that opening them reads no more than headers.</summary>
    /// <exception cref="ModelFormatException">The format or one of its switches is not supported; the message names it.</exception>
    public static bool MayArrive(ModelConfig config) => Of(config) is null or Fp8Format or GptOssFormat;

    /// <summary>Wrapper classes have it at either level.</summary>
    private static ModelConfig? Section(ModelConfig config, string name) => config.Section(name) ?? config.Section("text_config")?.Section(name);
}
