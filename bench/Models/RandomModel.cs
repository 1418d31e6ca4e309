using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Models;

namespace Rill.Bench.Models;

/// <summary>
/// A model with made-up weights as a Hugging Face directory: config.json, bf16 safetensors, and a tokenizer that makes every token visible.
/// The same shape always gives the same bytes.
/// </summary>
internal static class RandomModel
{
    private const double QueryKeyGain = 1.5;      // scores with a deviation of 2.25: attention that looks at something
    private const double BackGain = 4;
    private const double LogitDeviation = 4;      // as far apart as a trained model's
    private const double NormDeviation = 0.1;

    /// <summary>Writes the directory.</summary>
    public static void Write(ModelShape shape, string directory)
    {
        Directory.CreateDirectory(directory);
        var config = Config(shape).ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        File.WriteAllText(Path.Combine(directory, "config.json"), config);
        SmallTokenizer.Write(shape.Vocabulary, directory);
        var tensors = Tensors(shape);
        using var file = File.Create(Path.Combine(directory, "model.safetensors"));
        SafetensorsOut.WriteHeader(file, tensors.Select(tensor => (tensor.Name, tensor.Shape)));
        foreach (var tensor in tensors)
        {
            var values = new ushort[tensor.Shape.Aggregate(1L, (product, length) => product * length)];
            RandomValues.FillTogether(values, RandomValues.SeedOf(tensor.Name), tensor.Kind == DecoderTensorKind.Norm ? 1 : 0, (float)Deviation(tensor));
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    /// <summary>The weights of a shape.</summary>
    public static IReadOnlyList<DecoderTensor> Tensors(ModelShape shape) =>
        DecoderTensor.Of(ArchitectureRegistry.Read(ModelConfig.Parse(Config(shape).ToJsonString())));

    /// <summary>
    /// Projections keep the size of what they project, but what layers add to the residual stream must outweigh the embedding many times:
    /// the tied head would answer every token with itself.
    /// </summary>
    private static double Deviation(DecoderTensor tensor) => tensor.Kind switch
    {
        DecoderTensorKind.Norm => NormDeviation,
        DecoderTensorKind.Embedding => LogitDeviation / Math.Sqrt(tensor.Columns),
        DecoderTensorKind.Back => BackGain / Math.Sqrt(tensor.Columns),
        DecoderTensorKind.Rotated => QueryKeyGain / Math.Sqrt(tensor.Columns),
        _ => 1 / Math.Sqrt(tensor.Columns),
    };

    private static JsonObject Config(ModelShape shape)
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["model_type"] = "llama",
            ["hidden_size"] = shape.HiddenSize,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["intermediate_size"] = shape.FeedForwardSize,
            ["vocab_size"] = shape.Vocabulary,
            ["max_position_embeddings"] = shape.Context,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = shape.Theta,
            ["hidden_act"] = "silu",
            ["tie_word_embeddings"] = true,
            ["torch_dtype"] = "bfloat16",
        };
        if (shape.HasLlama3Scaling)
        {
            config["rope_scaling"] = new JsonObject
            {
                ["rope_type"] = "llama3", ["factor"] = 32.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 8_192,
            };
        }

        if (shape.Experts > 0)
        {
            config["architectures"] = new JsonArray("Qwen3MoeForCausalLM");
            config["model_type"] = "qwen3_moe";
            config["head_dim"] = shape.HeadDim;
            config["num_experts"] = shape.Experts;
            config["num_experts_per_tok"] = shape.ExpertsOfToken;
            config["moe_intermediate_size"] = shape.FeedForwardSize;
            config["norm_topk_prob"] = true;
        }

        return config;
    }
}
