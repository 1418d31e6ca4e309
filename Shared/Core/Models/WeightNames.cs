namespace Rill.Models;

/// <summary>Names of a decoder's tensors in its files. The defaults are Llama's, which its relatives share.</summary>
public sealed record WeightNames
{
    /// <summary>The token embedding, [vocabulary, hidden].</summary>
    public string Embedding { get; init; } = "model.embed_tokens.weight";

    /// <summary>The norm after the last layer, [hidden].</summary>
    public string FinalNorm { get; init; } = "model.norm.weight";

    /// <summary>The output projection, [vocabulary, hidden]; absent when the embedding is tied.</summary>
    public string Head { get; init; } = "lm_head.weight";

    /// <summary>What stands before a layer's number.</summary>
    public string LayerPrefix { get; init; } = "model.layers.";

    /// <summary>The norm before attention, [hidden].</summary>
    public string AttentionNorm(int layer) => Of(layer, "input_layernorm.weight");

    /// <summary>The norm before the feed-forward, [hidden].</summary>
    public string FeedForwardNorm(int layer) => Of(layer, "post_attention_layernorm.weight");

    /// <summary>The norm over each query head, [headDim].</summary>
    public string QueryNorm(int layer) => Of(layer, "self_attn.q_norm.weight");

    /// <summary>The norm over each key head, [headDim].</summary>
    public string KeyNorm(int layer) => Of(layer, "self_attn.k_norm.weight");

    /// <summary>The projection to queries, [heads * headDim, hidden], without ".weight" or ".bias".</summary>
    public string Query(int layer) => Of(layer, "self_attn.q_proj");

    /// <summary>The projection to keys, [key/value heads * headDim, hidden].</summary>
    public string Key(int layer) => Of(layer, "self_attn.k_proj");

    /// <summary>The projection to values, [key/value heads * headDim, hidden].</summary>
    public string Value(int layer) => Of(layer, "self_attn.v_proj");

    /// <summary>The projection of the attention's result, [hidden, heads * headDim].</summary>
    public string Output(int layer) => Of(layer, "self_attn.o_proj");

    /// <summary>The feed-forward's gate, [feedForward, hidden].</summary>
    public string Gate(int layer) => Of(layer, "mlp.gate_proj");

    /// <summary>What the gate multiplies, [feedForward, hidden].</summary>
    public string Up(int layer) => Of(layer, "mlp.up_proj");

    /// <summary>The way back, [hidden, feedForward].</summary>
    public string Down(int layer) => Of(layer, "mlp.down_proj");

    private string Of(int layer, string name) => $"{LayerPrefix}{layer}.{name}";
}
