namespace Rill.Core.Tests.Models.Architectures;

/// <summary>A model is never served as if a field of its config.json were absent that changes what it computes.</summary>
public sealed class UnservedFieldsTests
{
    [Theory]
    [InlineData("LlamaForCausalLM", """{"use_qk_norm":true}""", "use_qk_norm is true, which is not supported for LlamaForCausalLM; only false is.")]
    [InlineData(
        "LlamaForCausalLM", """{"sliding_window":4096}""",
        "sliding_window is 4096, which is not supported for LlamaForCausalLM; if the model was trained without it, remove the field.")]
    [InlineData("LlamaForCausalLM", """{"layer_types":["full_attention","sliding_attention"]}""", "layer_types has 'sliding_attention'")]
    [InlineData("LlamaForCausalLM", """{"num_local_experts":8}""", "num_local_experts is 8")]
    [InlineData("LlamaForCausalLM", """{"clip_qkv":6.0}""", "clip_qkv is 6.0")]
    [InlineData("LlamaForCausalLM", """{"alibi":true}""", "alibi is true")]
    [InlineData("LlamaForCausalLM", """{"position_embedding_type":"absolute"}""", "position_embedding_type is \"absolute\"")]
    [InlineData("MistralForCausalLM", """{"attention_bias":true}""", "attention_bias is true")]
    [InlineData("MistralForCausalLM", """{"mlp_bias":true}""", "mlp_bias is true")]
    [InlineData("Qwen2ForCausalLM", """{"final_logit_softcapping":30.0}""", "final_logit_softcapping is 30.0")]
    [InlineData("Qwen3ForCausalLM", """{"logit_scale":0.5}""", "logit_scale is 0.5; ")]
    [InlineData("Phi3ForCausalLM", """{"attn_logit_softcapping":50.0}""", "attn_logit_softcapping is 50.0")]
    [InlineData("Olmo2ForCausalLM", """{"clip_qkv":8}""", "clip_qkv is 8")]
    [InlineData("Starcoder2ForCausalLM", """{"multi_query":true}""", "multi_query is true")]
    [InlineData("Glm4MoeForCausalLM", """{"moe_layer_freq":2}""", "moe_layer_freq is 2")]
    [InlineData("Glm4MoeForCausalLM", """{"mlp_layer_types":["dense","sparse"]}""", "mlp_layer_types is")]
    [InlineData("Qwen3MoeForCausalLM", """{"n_group":4}""", "n_group is 4")]
    [InlineData("Ernie4_5ForCausalLM", """{"moe_num_experts":64}""", "moe_num_experts is 64")]
    public void Read_FieldThatAsksForMore_IsRefusedByName(string architecture, string changes, string expected) =>
        Assert.Contains(expected.TrimEnd(' ', ';'), Configs.Refusal(architecture, changes), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"use_qk_norm":false,"logit_scale":1.0,"residual_multiplier":1,"num_local_experts":0,"sliding_window":null,"alibi":false}""")]
    [InlineData("""{"layer_types":["full_attention","full_attention"],"position_embedding_type":"rope","use_sliding_window":false}""")]
    [InlineData(
        """
        {"attention_dropout":0.1,"use_cache":false,"pretraining_tp":2,"torch_dtype":"bfloat16","auto_map":{},"activation":"swiglu","rope_theta":10000}
        """)]
    public void Read_FieldThatAsksForNothing_IsTaken(string changes) =>
        Assert.Equal(2, Configs.Read("LlamaForCausalLM", changes).LayerCount);
}
