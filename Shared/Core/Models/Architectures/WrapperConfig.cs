namespace Rill.Models.Architectures;

/// <summary>
/// Classes that wrap a decoder together with a vision or an audio tower: the decoder's settings stand in text_config, and its weights'
/// names begin in one of two ways. Only the decoder is served.
/// </summary>
internal static class WrapperConfig
{
    private static readonly string[] s_towers =
        ["vision_tower.", "vision_model.", "visual.", "multi_modal_projector.", "audio_tower.", "embed_vision.", "embed_audio.", "vision_embedder."];

    private static readonly NamePrefixes[] s_prefixes =
    [
        new("language_model.model.", "language_model.lm_head."),    // as published
        new("model.language_model.", "lm_head."),                   // as transformers writes them since 4.52
    ];

    /// <summary>The decoder's settings; what may stand at either level is taken from without where it is missing within.</summary>
    /// <exception cref="ModelFormatException">There are none.</exception>
    public static ModelConfig Text(ModelConfig config) => config.Section("text_config", "tie_word_embeddings", "quantization_config")
        ?? throw new ModelFormatException("config.json lacks text_config, which holds the decoder's settings.");

    /// <summary>The wrapped decoder, once its settings are read.</summary>
    /// <exception cref="ModelFormatException">A field of text_config asks for what is not served.</exception>
    public static DecoderSpec Wrap(string architecture, ModelConfig text, DecoderSpec decoder)
    {
        UnservedFields.Refuse(architecture, text);
        return decoder with
        {
            Architecture = architecture,
            Prefixes = s_prefixes,
            PassedOver = [.. decoder.PassedOver, .. s_towers, .. s_towers.Select(tower => "model." + tower)],
        };
    }
}
