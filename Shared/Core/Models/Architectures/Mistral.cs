namespace Rill.Models.Architectures;

/// <summary>Mistral 7B and relatives: Llama with a sliding window over all layers where sliding_window is set.</summary>
internal static class Mistral
{
    public const string Name = "MistralForCausalLM";

    public static DecoderSpec Read(ModelConfig config)
    {
        var spec = LlamaFamily.Read(Name, config);
        return spec with { AttentionWindows = AttentionWindowConfig.Read(config, spec.LayerCount, _ => config.Has("sliding_window")) };
    }
}
