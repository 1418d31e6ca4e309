namespace Rill.Models.Architectures;

/// <summary>Mistral 7B and relatives: Llama with a sliding window over all layers unless sliding_window is null.</summary>
internal static class Mistral
{
    public const string Name = "MistralForCausalLM";

    private static readonly ConfigDefaults s_defaults = new() { KeyValueHeads = 8, SlidingWindow = 4096 };

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = LlamaFamily.Read(Name, config, s_defaults);
        var window = LlamaFamily.SlidingWindow(config, s_defaults);
        return spec with { AttentionWindows = AttentionWindowConfig.Read(config, spec.LayerCount, window, _ => window is not null) };
    }
}
