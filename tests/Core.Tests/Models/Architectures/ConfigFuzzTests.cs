using System.Text.Json.Nodes;
using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>
/// A config.json whose author is not trusted: whatever is changed in a published one, it is read or refused with one sentence, in little time
/// and memory. RILL_FUZZ_CONFIGS sets how many changed files each published one gives; 10,000 for a night.
/// </summary>
public sealed class ConfigFuzzTests
{
    private const long MostBytes = 1L << 30;
    private static readonly int s_files = FuzzedModel.FilesOfEach;

    // Becomes half of a pair of surrogates, which a JsonNode cannot hold.
    private const string Surrogate = "surrogate-here";

    private static readonly Func<JsonNode?>[] s_values =
    [
        () => null, () => 0, () => -1, () => 1, () => 2, () => 3, () => 7, () => int.MaxValue, () => 2_147_483_648, () => long.MaxValue, () => 1e308, () => -0.5, () => 1e-300,
        () => 0.5, () => true, () => false, () => "", () => "yarn", () => Surrogate, () => "full_attention", () => "silu", () => new JsonArray(), () => new JsonArray(1, 2, 3),
        () => new JsonArray("sliding_attention"), () => new JsonObject(), () => new JsonObject { ["rope_type"] = "linear", ["factor"] = 0 },
        () => new JsonArray([.. Enumerable.Repeat(0, 5_000).Select(zero => (JsonNode?)zero)]),
    ];

    public static TheoryData<string> Folders => [.. Vectors.Folders("architectures")];

    /// <summary>Of classes without a published one: what each has beside the sizes.</summary>
    public static TheoryData<string> Written =>
    [
        """
        {"architectures":["Dots1ForCausalLM"],"first_k_dense_replace":1,"n_routed_experts":8,"num_experts_per_tok":3,"n_shared_experts":2,"n_group":4,
         "topk_group":2,"routed_scaling_factor":2.5,"scoring_func":"noaux_tc","sliding_window":8,"max_window_layers":1,
         "layer_types":["sliding_attention","full_attention"]}
        """,
        """
        {"architectures":["Ernie4_5_MoeForCausalLM"],"moe_num_experts":8,"moe_k":3,"moe_intermediate_size":16,"moe_num_shared_experts":2,
         "moe_layer_start_index":0,"moe_layer_end_index":-1,"moe_layer_interval":1,"moe_norm_min":1e-12,"moe_gate_act":"softmax"}
        """,
        """
        {"architectures":["Glm4MoeLiteForCausalLM"],"mlp_layer_types":["dense","sparse"],"first_k_dense_replace":1,"n_routed_experts":8,
         "num_experts_per_tok":3,"q_lora_rank":24,"kv_lora_rank":24,"qk_nope_head_dim":16,"qk_rope_head_dim":8,"v_head_dim":12,"n_group":1}
        """,
        """
        {"architectures":["GraniteMoeHybridForCausalLM"],"layer_types":["attention","attention"],"position_embedding_type":"rope",
         "num_local_experts":0,"shared_intermediate_size":32,"mamba_d_state":8,"residual_multiplier":0.2}
        """,
        """
        {"architectures":["Qwen2_5_VLForConditionalGeneration"],"rope_scaling":{"type":"mrope","mrope_section":[2,3,3]},"sliding_window":8,
         "use_sliding_window":true,"max_window_layers":1}
        """,
        """
        {"architectures":["Qwen3VLForConditionalGeneration"],"text_config":{"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,
         "num_key_value_heads":2,"intermediate_size":64,"vocab_size":100,"max_position_embeddings":64,
         "rope_parameters":{"rope_theta":10000,"rope_type":"default","mrope_section":[2,3,3],"mrope_interleaved":true}}}
        """,
        """{"architectures":["StableLmForCausalLM"],"qk_layernorm":true,"use_parallel_residual":true,"partial_rotary_factor":0.25}""",
    ];

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public void Read_OfAChangedConfig_SucceedsOrSaysWhy(string name)
    {
        ReadChanged(File.ReadAllText(Path.Combine(Vectors.Path("architectures", name), "config.json")), new Random(name.Length * 131 + name[0]));
    }

    [Theory]
    [MemberData(nameof(Written))]
    public void Read_OfAChangedConfigWithoutAVector_SucceedsOrSaysWhy(string members)
    {
        var config = JsonNode.Parse("""
            {"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":128,"vocab_size":100,
             "max_position_embeddings":256,"hidden_act":"silu"}
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        ArchitectureRegistry.Read(ModelConfig.Parse(config.ToJsonString()));
        ReadChanged(config.ToJsonString(), new Random(members.Length));
    }

    private static void ReadChanged(string published, Random random)
    {
        for (var file = 0; file < s_files; file++)
        {
            var config = JsonNode.Parse(published)!.AsObject();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                Change(config, random);
            }

            Read(config.ToJsonString().Replace(Surrogate, "\\ud800", StringComparison.Ordinal));
        }
    }

    private static void Read(string json)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var spec = ArchitectureRegistry.Read(ModelConfig.Parse(json));
            foreach (var _ in DecoderTensors.Of(spec).Take(100))
            {
                // The first ones are what a load looks for before it finds that the weights lack them.
            }

            foreach (var (rotary, headDim) in spec.Rotaries.Select((rotary, layer) => (rotary, spec.HeadDimOf(layer))).Distinct())
            {
                Assert.All(rotary?.InverseFrequencies(headDim) ?? [], frequency => Assert.True(float.IsFinite(frequency), json));
            }
        }
        catch (ModelFormatException refused)
        {
            Assert.DoesNotContain('\n', refused.Message);
            Assert.InRange(refused.Message.Length, 20, 2_500);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    /// <summary>Changes, adds or takes away a field somewhere.</summary>
    private static void Change(JsonObject config, Random random)
    {
        var target = config;
        while (random.Next(3) > 0 && target.Select(field => field.Value).OfType<JsonObject>().ToList() is { Count: > 0 } inner)
        {
            target = inner[random.Next(inner.Count)];
        }

        if (target.Count == 0)
        {
            return;
        }

        var field = target.ElementAt(random.Next(target.Count)).Key;
        if (random.Next(5) == 0)
        {
            target.Remove(field);
            return;
        }

        target[field] = s_values[random.Next(s_values.Length)]();
    }
}
