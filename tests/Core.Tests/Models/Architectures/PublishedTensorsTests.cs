using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>
/// Classes of which there is no published small model: files with the tensors that the class has, by its own names and shapes, hold what the
/// decoder asks for, and nothing that it would pass over.
/// </summary>
public sealed class PublishedTensorsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_Dots1_FindsEveryTensor() => Open(
        "Dots1ForCausalLM",
        """
        {"num_hidden_layers":1,"n_routed_experts":2,"num_experts_per_tok":1,"moe_intermediate_size":16,"n_shared_experts":2}
        """,
        [
            .. Llama("model.", "lm_head.", feedForward: false), .. Experts(16, 2), .. Shared(32),
            ("model.layers.0.mlp.gate.e_score_correction_bias", [2]),
            ("model.layers.0.self_attn.q_norm.weight", [16]), ("model.layers.0.self_attn.k_norm.weight", [16]),
        ]).Dispose();

    [Fact]
    public unsafe void Get_StableLmsHeadNorms_StacksThem()
    {
        using var weights = Open("StableLmForCausalLM", """{"num_hidden_layers":1,"qk_layernorm":true,"use_parallel_residual":true}""",
        [
            .. Llama("model.", "lm_head.").Where(tensor => !tensor.Name.Contains("post_attention", StringComparison.Ordinal)),
            ("model.norm.bias", [64]), ("model.layers.0.input_layernorm.bias", [64]),
            .. Enumerable.Range(0, 4).Select(head => ($"model.layers.0.self_attn.q_layernorm.norms.{head}.weight", (long[])[16])),
            .. Enumerable.Range(0, 2).Select(head => ($"model.layers.0.self_attn.k_layernorm.norms.{head}.weight", (long[])[16])),
        ]);

        var query = weights.Get("model.layers.0.self_attn.q_norm.weight", 4, 16);

        // Each tensor of the files holds its own number.
        var first = ((float*)query.Address)[0];
        int[] ends = [0, 15, 16, 31, 32, 47, 48, 63];
        Assert.Equal([0f, 0f, 1f, 1f, 2f, 2f, 3f, 3f], ends.Select(element => ((float*)query.Address)[element] - first));
        Assert.Equal(query.Address, weights.Get("model.layers.0.self_attn.q_norm.weight", 4, 16).Address);
    }

    [Fact]
    public void Open_StableLmThatLacksAHeadsNorm_NamesIt()
    {
        var message = Assert.Throws<ModelFormatException>(() => Open(
            "StableLmForCausalLM", """{"num_hidden_layers":1,"qk_layernorm":true,"num_key_value_heads":4}""",
            [
                .. Llama("model.", "lm_head.", keyValueHeads: 4), ("model.norm.bias", [64]),
                ("model.layers.0.input_layernorm.bias", [64]), ("model.layers.0.post_attention_layernorm.bias", [64]),
                ("model.layers.0.self_attn.q_layernorm.norms.0.weight", [16]), ("model.layers.0.self_attn.q_layernorm.norms.1.weight", [16]),
            ])).Message;

        Assert.Equal("The weights lack the tensor model.layers.0.self_attn.q_layernorm.norms.2.weight.", message);
    }

    [Fact]
    public void Open_Ernie4_5Moe_FindsTheBiasInItsMatrix_AndPassesPredictionOver() => Open(
        "Ernie4_5_MoeForCausalLM",
        """
        {"num_hidden_layers":1,"tie_word_embeddings":false,"moe_num_experts":2,"moe_k":1,"moe_intermediate_size":16,"moe_layer_start_index":0}
        """,
        [
            .. Llama("model.", "lm_head.", feedForward: false), .. Experts(16, 2), .. Shared(32),
            ("model.layers.0.mlp.moe_statics.e_score_correction_bias", [1, 2]), ("model.mtp_block.0.input_layernorm.weight", [64]),
        ]).Dispose();

    [Fact]
    public void Open_GraniteMoeHybridWithoutExperts_FindsTheSharedOne() => Open(
        "GraniteMoeHybridForCausalLM",
        """{"num_hidden_layers":1,"layer_types":["attention"],"num_local_experts":0,"shared_intermediate_size":32}""",
        [
            .. Llama("model.", "lm_head.", feedForward: false),
            ("model.layers.0.shared_mlp.input_linear.weight", [64, 64]), ("model.layers.0.shared_mlp.output_linear.weight", [64, 32]),
        ]).Dispose();

    [Fact]
    public void Open_Glm4MoeLite_FindsLatentAttention_AndPassesPredictionOver() => Open(
        "Glm4MoeLiteForCausalLM",
        """
        {"num_hidden_layers":1,"num_nextn_predict_layers":1,"mlp_layer_types":["sparse"],"n_routed_experts":2,"num_experts_per_tok":1,
         "moe_intermediate_size":16,"q_lora_rank":24,"kv_lora_rank":20,"qk_nope_head_dim":12,"qk_rope_head_dim":8,"v_head_dim":10}
        """,
        [
            .. Llama("model.", "lm_head.", attention: false, feedForward: false), .. Experts(16, 2), .. Shared(16),
            ("model.layers.0.mlp.gate.e_score_correction_bias", [2]), ("model.layers.1.eh_proj.weight", [64, 128]),
            ("model.layers.0.self_attn.q_a_proj.weight", [24, 64]), ("model.layers.0.self_attn.q_a_layernorm.weight", [24]),
            ("model.layers.0.self_attn.q_b_proj.weight", [4 * 20, 24]), ("model.layers.0.self_attn.kv_a_proj_with_mqa.weight", [28, 64]),
            ("model.layers.0.self_attn.kv_a_layernorm.weight", [20]), ("model.layers.0.self_attn.kv_b_proj.weight", [4 * 22, 20]),
            ("model.layers.0.self_attn.o_proj.weight", [64, 40]),
        ]).Dispose();

    [Theory]
    [InlineData("model.", "visual.")]                            // as published
    [InlineData("model.language_model.", "model.visual.")]       // as saved again
    public void Open_Qwen2_5_VL_FindsItsTextBesideTheTower(string text, string tower) => Open(
        "Qwen2_5_VLForConditionalGeneration", """{"num_hidden_layers":1}""",
        [
            .. Llama(text, "lm_head."), (tower + "patch_embed.proj.weight", [8]),
            .. ((string[])["q", "k", "v"]).Select(part => ($"{text}layers.0.self_attn.{part}_proj.bias", (long[])[part == "q" ? 64 : 32])),
        ]).Dispose();

    [Fact]
    public void Open_Qwen3VL_FindsItsTextBesideTheTower() => Open(
        "Qwen3VLForConditionalGeneration",
        """
        {"text_config":{"hidden_size":64,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"vocab_size":100,
         "intermediate_size":128,"max_position_embeddings":64,"rope_theta":5000000}}
        """,
        [
            .. Llama("model.language_model.", "lm_head."), ("model.visual.patch_embed.proj.weight", [8]),
            ("model.language_model.layers.0.self_attn.q_norm.weight", [16]), ("model.language_model.layers.0.self_attn.k_norm.weight", [16]),
        ]).Dispose();

    /// <summary>A model of <see cref="Configs"/>'s sizes with one layer, whose attention or feed-forward may be of another kind.</summary>
    private static IEnumerable<(string Name, long[] Shape)> Llama(
        string prefix, string head, bool attention = true, bool feedForward = true, int keyValueHeads = 2) =>
    [
        (prefix + "embed_tokens.weight", [100, 64]), (prefix + "norm.weight", [64]), (head + "weight", [100, 64]),
        (prefix + "layers.0.input_layernorm.weight", [64]), (prefix + "layers.0.post_attention_layernorm.weight", [64]),
        .. attention ? Attention(prefix + "layers.0.self_attn.", 16 * keyValueHeads) : [],
        .. feedForward ? FeedForward(prefix + "layers.0.mlp.", 128) : [],
    ];

    private static IEnumerable<(string Name, long[] Shape)> Attention(string prefix, long keyRows) =>
    [
        (prefix + "q_proj.weight", [64, 64]), (prefix + "k_proj.weight", [keyRows, 64]), (prefix + "v_proj.weight", [keyRows, 64]),
        (prefix + "o_proj.weight", [64, 64]),
    ];

    private static IEnumerable<(string Name, long[] Shape)> Experts(int width, int count) =>
    [
        ("model.layers.0.mlp.gate.weight", [count, 64]),
        .. Enumerable.Range(0, count).SelectMany(expert => FeedForward($"model.layers.0.mlp.experts.{expert}.", width)),
    ];

    private static IEnumerable<(string Name, long[] Shape)> Shared(int width) => FeedForward("model.layers.0.mlp.shared_experts.", width);

    private static IEnumerable<(string Name, long[] Shape)> FeedForward(string prefix, int width) =>
        [(prefix + "gate_proj.weight", [width, 64]), (prefix + "up_proj.weight", [width, 64]), (prefix + "down_proj.weight", [64, width])];

    private ModelWeights Open(string architecture, string changes, IReadOnlyList<(string Name, long[] Shape)> tensors)
    {
        SafetensorsWriter.Write(_directory.File("model.safetensors"), [.. tensors.Select((tensor, number) => SafetensorsWriter.Float32(
            tensor.Name, tensor.Shape, Enumerable.Repeat((float)number, (int)tensor.Shape.Aggregate(1L, (left, right) => left * right)).ToArray()))]);
        var spec = Configs.Read(architecture, changes);
        var weights = ModelWeights.Open(_directory.Path, spec);
        try
        {
            DecoderTensors.Check(spec, weights);
            Assert.All(DecoderTensors.Of(spec), tensor => weights.Get(tensor.Name, tensor.Shape));
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
