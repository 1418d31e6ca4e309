namespace Rill.Models.Architectures.Dense;

/// <summary>
/// EXAONE 4: norms only after each half of a layer, and over each head of queries and keys. Where it has a sliding window, the layers without
/// one have no positions.
/// </summary>
internal static class Exaone4
{
    public const string Name = "Exaone4ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 32, NormEpsilon = 1e-5, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults).WithPostNormsOnly();
        var window = DecoderConfig.SlidingWindow(config, s_defaults);
        var period = Period(config);
        var windows = AttentionWindowConfig.Read(config, spec.LayerCount, window, layer => window is not null && (layer + 1) % period != 0);
        return spec with
        {
            QueryKeyNorm = QueryKeyNorm.Head,
            AttentionWindows = windows,
            Rotaries = [.. spec.Rotaries.Select((rotary, layer) => window is not null && windows[layer] is null ? null : rotary)],
        };
    }

    /// <summary>After how many layers one attends to everything: a number, or letters such as LLLG of which the last is that layer.</summary>
    private static int Period(ModelConfig config)
    {
        if (!config.IsText("sliding_window_pattern"))
        {
            return config.OptionalInt("sliding_window_pattern") ?? 4;
        }

        var pattern = config.Text("sliding_window_pattern")!;
        return pattern.Length > 0 && pattern[^1] == 'G' && pattern[..^1].All(letter => letter == 'L')
            ? pattern.Length
            : throw new ModelFormatException($"config.json: sliding_window_pattern must be a number or letters L with a G at the end, but is '{pattern}'.");
    }
}
