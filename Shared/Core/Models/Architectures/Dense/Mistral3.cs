namespace Rill.Models.Architectures.Dense;

/// <summary>Mistral 3's wrapper of a decoder and a vision tower: the decoder is Mistral or Ministral 3.</summary>
internal static class Mistral3
{
    public const string Name = "Mistral3ForConditionalGeneration";

    public static DecoderSpec Read(ModelConfig config)
    {
        var text = WrapperConfig.Text(config);
        return WrapperConfig.Wrap(Name, text, text.Text("model_type") switch
        {
            null or "mistral" => Mistral.Read(text),
            "ministral3" => Ministral3.Read(text),
            var other => throw new ModelFormatException($"config.json: text_config.model_type '{other}' is not supported; only mistral and ministral3 are."),
        });
    }
}
