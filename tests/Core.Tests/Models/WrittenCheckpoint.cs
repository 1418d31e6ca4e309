namespace Rill.Core.Tests.Models;

/// <summary>A whole model of a few numbers in FP8, for tests that need one and no certain logits.</summary>
internal static class WrittenCheckpoint
{
    private const string Config =
        """
        {"architectures":["LlamaForCausalLM"],"hidden_size":16,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"intermediate_size":24,
         "vocab_size":8,"max_position_embeddings":64,"rms_norm_eps":1e-5,"tie_word_embeddings":true,
         "quantization_config":{"quant_method":"fp8","weight_block_size":null}}
        """;

    /// <summary>Writes config.json and model.safetensors.</summary>
    public static void Write(TemporaryDirectory directory)
    {
        File.WriteAllText(directory.File("config.json"), Config);
        const string layer = "model.layers.0.";
        SafetensorsWriter.Write(
            directory.File("model.safetensors"),
            [
                SafetensorsWriter.Float32("model.embed_tokens.weight", [8, 16], new float[8 * 16]),
                SafetensorsWriter.Float32("model.norm.weight", [16], new float[16]),
                SafetensorsWriter.Float32(layer + "input_layernorm.weight", [16], new float[16]),
                SafetensorsWriter.Float32(layer + "post_attention_layernorm.weight", [16], new float[16]),
                .. Matrix(layer + "self_attn.q_proj.weight", 16, 16),
                .. Matrix(layer + "self_attn.k_proj.weight", 8, 16),
                .. Matrix(layer + "self_attn.v_proj.weight", 8, 16),
                .. Matrix(layer + "self_attn.o_proj.weight", 16, 16),
                .. Matrix(layer + "mlp.gate_proj.weight", 24, 16),
                .. Matrix(layer + "mlp.up_proj.weight", 24, 16),
                .. Matrix(layer + "mlp.down_proj.weight", 16, 24),
            ]);
    }

    private static SafetensorsWriter.Entry[] Matrix(string name, int rows, int columns) =>
        [new(name, "F8_E4M3", [rows, columns], new byte[rows * columns]), SafetensorsWriter.Float32(name + "_scale_inv", [1], [1])];
}
