namespace Rill.Torch.Tests.Models;

/// <summary>Small random models of the families whose layers differ.</summary>
internal static class GemmaModels
{
    /// <summary>Gemma 4 with all that its small models have: two layers without keys and values, values from keys, per-layer inputs.</summary>
    public static TinyModel Gemma4() => new("Gemma4ForCausalLM", """
        {
          "num_hidden_layers": 5, "layer_types": ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention", "full_attention"],
          "num_kv_shared_layers": 2, "use_double_wide_mlp": true, "attention_k_eq_v": true, "num_global_key_value_heads": 1, "global_head_dim": 16,
          "sliding_window": 20, "hidden_size_per_layer_input": 8, "vocab_size_per_layer_input": 131, "max_position_embeddings": 1024, "rope_theta": null
        }
        """);

    /// <summary>Gemma 3n.</summary>
    /// <param name="perLayerVocabulary">Rows of the table of per-layer embeddings.</param>
    /// <param name="scalesCorrected">What altup_correct_scale says.</param>
    /// <param name="edit">Changes the weights before they are written; null for not.</param>
    public static TinyModel Gemma3n(int perLayerVocabulary = 131, bool scalesCorrected = true, Action<TinyModel>? edit = null) => new("Gemma3nForCausalLM", $$"""
        {
          "num_hidden_layers": 4, "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
          "num_kv_shared_layers": 2, "activation_sparsity_pattern": [0.9, 0, 0, 0], "laurel_rank": 6, "altup_num_inputs": 3, "sliding_window": 20,
          "altup_correct_scale": {{(scalesCorrected ? "true" : "false")}}, "hidden_size_per_layer_input": 8,
          "vocab_size_per_layer_input": {{perLayerVocabulary}}, "max_position_embeddings": 1024
        }
        """, edit: edit);
}
