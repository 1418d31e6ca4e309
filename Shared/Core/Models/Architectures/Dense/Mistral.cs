namespace Rill.Models.Architectures.Dense;

/// <summary>Mistral 7B and relatives: Llama with a sliding window over all layers unless sliding_window is null.</summary>
internal static class Mistral
{
    public const string Name = "MistralForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = DecoderConfig.Read(Name, config, s_defaults);
        return spec with { AttentionWindows = AttentionWindowConfig.OfAllLayers(config, spec.LayerCount, s_defaults) };
    }
}
