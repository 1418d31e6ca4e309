namespace Rill.Models.Architectures.Dense;

/// <summary>Command R7B and Command A: Command R with a sliding window on three layers of four, and no positions on the fourth.</summary>
internal static class Cohere2
{
    public const string Name = "Cohere2ForCausalLM";

    private static readonly ConfigDefaults s_defaults = new()
    {
        NormEpsilonName = "layer_norm_eps",
        NormEpsilon = 1e-5,
        SlidingWindow = 4096,
        Tied = true,
        Rotary = new() { Theta = 500_000, Interleaved = true },
    };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = Cohere.Read(Name, config, s_defaults);
        RefuseOtherLayouts(config);
        var period = config.OptionalInt("sliding_window_pattern") ?? 4;
        var window = DecoderConfig.SlidingWindow(config, s_defaults);
        var windows = AttentionWindowConfig.Read(config, spec.LayerCount, window, layer => window is not null && (layer + 1) % period != 0);
        return spec with
        {
            AttentionWindows = windows,
            Rotaries = [.. spec.Rotaries.Select((rotary, layer) => windows[layer] is null ? null : rotary)],
        };
    }

    /// <summary>Switches that the class's files hold and that its published models all have alike.</summary>
    private static void RefuseOtherLayouts(ModelConfig config)
    {
        if (!config.Flag("use_parallel_block", true) || !config.Flag("use_gated_activation", true)
            || (config.Text("position_embedding_type") ?? "rope_gptj") != "rope_gptj" || config.Number("rotary_pct", 1) != 1)
        {
            throw new ModelFormatException(
                "config.json: use_parallel_block and use_gated_activation must be true, position_embedding_type rope_gptj and rotary_pct 1; others are not supported.");
        }
    }
}
