using System.Text.Json.Nodes;
using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Small config.json files with what every family needs: 2 layers, width 64, 4 heads of 16, 2 of them for keys.</summary>
internal static class Configs
{
    /// <summary>The spec of such a file with other members on top.</summary>
    public static DecoderSpec Read(string architecture, string changes = "{}", string? without = null, int? longestSequence = null) =>
        ArchitectureRegistry.Read(ModelConfig.Parse(Json(architecture, changes, without)), longestSequence);

    /// <summary>What is said where such a file is refused.</summary>
    public static string Refusal(string architecture, string changes) =>
        Assert.Throws<ModelFormatException>(() => Read(architecture, changes)).Message;

    private static string Json(string architecture, string changes, string? without)
    {
        var config = JsonNode.Parse("""
            {
              "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128,
              "vocab_size": 100, "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "hidden_act": "silu"
            }
            """)!.AsObject();
        config["architectures"] = new JsonArray(architecture);
        config.Remove(without ?? "");
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        return config.ToJsonString();
    }
}
