namespace Rill.Torch.Tests.Cache;

/// <summary>Models that are deployed much, as their config.json describes their shapes.</summary>
internal static class DeployedModels
{
    /// <summary>Name, and config.json without what no shape depends on.</summary>
    public static IReadOnlyList<(string Name, string Config)> All { get; } =
    [
        ("Qwen2.5 0.5B", Qwen2(896, 24, 14, 2, 4864, 151936, tied: true)),
        ("Qwen2.5 1.5B", Qwen2(1536, 28, 12, 2, 8960, 151936, tied: true)),
        ("Qwen2.5 3B", Qwen2(2048, 36, 16, 2, 11008, 151936, tied: true)),
        ("Qwen2.5 7B", Qwen2(3584, 28, 28, 4, 18944, 152064, tied: false)),
        ("Qwen2.5 14B", Qwen2(5120, 48, 40, 8, 13824, 152064, tied: false)),
        ("Qwen2.5 32B", Qwen2(5120, 64, 40, 8, 27648, 152064, tied: false)),
        ("Qwen3 0.6B", Qwen3(1024, 28, 16, 3072, tied: true)),
        ("Qwen3 1.7B", Qwen3(2048, 28, 16, 6144, tied: true)),
        ("Qwen3 4B", Qwen3(2560, 36, 32, 9728, tied: true)),
        ("Qwen3 8B", Qwen3(4096, 36, 32, 12288, tied: false)),
        ("Qwen3 14B", Qwen3(5120, 40, 40, 17408, tied: false)),
        ("Qwen3 30B-A3B", """
            {"architectures":["Qwen3MoeForCausalLM"],"hidden_size":2048,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,
             "head_dim":128,"intermediate_size":6144,"moe_intermediate_size":768,"num_experts":128,"num_experts_per_tok":8,"norm_topk_prob":true,
             "decoder_sparse_step":1,"mlp_only_layers":[],"vocab_size":151936,"max_position_embeddings":40960,"rms_norm_eps":1e-6,
             "hidden_act":"silu","rope_theta":1000000.0,"tie_word_embeddings":false}
            """),
        ("Llama 3.2 1B", Llama3(2048, 16, 32, 64, 8192, tied: true)),
        ("Llama 3.2 3B", Llama3(3072, 28, 24, 128, 8192, tied: true)),
        ("Llama 3.1 8B", Llama3(4096, 32, 32, 128, 14336, tied: false)),
        ("Mistral 7B v0.3", """
            {"architectures":["MistralForCausalLM"],"hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
             "head_dim":128,"intermediate_size":14336,"vocab_size":32768,"max_position_embeddings":32768,"rms_norm_eps":1e-5,"hidden_act":"silu",
             "rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false}
            """),
        ("Gemma 2 9B", """
            {"architectures":["Gemma2ForCausalLM"],"hidden_size":3584,"num_hidden_layers":42,"num_attention_heads":16,"num_key_value_heads":8,
             "head_dim":256,"intermediate_size":14336,"vocab_size":256000,"max_position_embeddings":8192,"rms_norm_eps":1e-6,
             "hidden_activation":"gelu_pytorch_tanh","rope_theta":10000.0,"query_pre_attn_scalar":256,"sliding_window":4096,
             "attn_logit_softcapping":50.0,"final_logit_softcapping":30.0}
            """),
        ("Gemma 3 4B", """
            {"architectures":["Gemma3ForCausalLM"],"hidden_size":2560,"num_hidden_layers":34,"num_attention_heads":8,"num_key_value_heads":4,
             "head_dim":256,"intermediate_size":10240,"vocab_size":262208,"max_position_embeddings":131072,"rms_norm_eps":1e-6,
             "hidden_activation":"gelu_pytorch_tanh","rope_theta":1000000.0,"rope_local_base_freq":10000.0,"query_pre_attn_scalar":256,
             "sliding_window":1024,"sliding_window_pattern":6,"rope_scaling":{"rope_type":"linear","factor":8.0}}
            """),
        ("Phi-4", """
            {"architectures":["Phi3ForCausalLM"],"hidden_size":5120,"num_hidden_layers":40,"num_attention_heads":40,"num_key_value_heads":10,
             "intermediate_size":17920,"vocab_size":100352,"max_position_embeddings":16384,"original_max_position_embeddings":16384,
             "rms_norm_eps":1e-5,"hidden_act":"silu","rope_theta":250000.0,"tie_word_embeddings":false}
            """),
        ("gpt-oss-20b", """
            {"architectures":["GptOssForCausalLM"],"hidden_size":2880,"num_hidden_layers":24,"num_attention_heads":64,"num_key_value_heads":8,
             "head_dim":64,"intermediate_size":2880,"num_local_experts":32,"num_experts_per_tok":4,"vocab_size":201088,
             "max_position_embeddings":131072,"rms_norm_eps":1e-5,"hidden_act":"silu","rope_theta":150000,"sliding_window":128,
             "swiglu_limit":7.0,"attention_bias":true,"tie_word_embeddings":false,
             "rope_scaling":{"rope_type":"yarn","factor":32.0,"beta_fast":32.0,"beta_slow":1.0,"truncate":false,
                             "original_max_position_embeddings":4096}}
            """),
        ("SmolLM2 1.7B", """
            {"architectures":["LlamaForCausalLM"],"hidden_size":2048,"num_hidden_layers":24,"num_attention_heads":32,"num_key_value_heads":32,
             "intermediate_size":8192,"vocab_size":49152,"max_position_embeddings":8192,"rms_norm_eps":1e-5,"hidden_act":"silu",
             "rope_theta":130000,"tie_word_embeddings":true}
            """),
    ];

    private static string Qwen2(int hidden, int layers, int heads, int shared, int inner, int vocabulary, bool tied) => $$"""
        {"architectures":["Qwen2ForCausalLM"],"hidden_size":{{hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},
         "num_key_value_heads":{{shared}},"intermediate_size":{{inner}},"vocab_size":{{vocabulary}},"max_position_embeddings":32768,
         "rms_norm_eps":1e-6,"hidden_act":"silu","rope_theta":1000000.0,"use_sliding_window":false,"tie_word_embeddings":{{Word(tied)}}}
        """;

    private static string Qwen3(int hidden, int layers, int heads, int inner, bool tied) => $$"""
        {"architectures":["Qwen3ForCausalLM"],"hidden_size":{{hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},
         "num_key_value_heads":8,"head_dim":128,"intermediate_size":{{inner}},"vocab_size":151936,"max_position_embeddings":40960,
         "rms_norm_eps":1e-6,"hidden_act":"silu","rope_theta":1000000,"use_sliding_window":false,"tie_word_embeddings":{{Word(tied)}}}
        """;

    private static string Llama3(int hidden, int layers, int heads, int width, int inner, bool tied) => $$"""
        {"architectures":["LlamaForCausalLM"],"hidden_size":{{hidden}},"num_hidden_layers":{{layers}},"num_attention_heads":{{heads}},
         "num_key_value_heads":8,"head_dim":{{width}},"intermediate_size":{{inner}},"vocab_size":128256,"max_position_embeddings":131072,
         "rms_norm_eps":1e-5,"hidden_act":"silu","rope_theta":500000.0,"tie_word_embeddings":{{Word(tied)}},
         "rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}
        }
        """;

    private static string Word(bool value) => value ? "true" : "false";
}
