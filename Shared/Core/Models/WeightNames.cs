namespace Rill.Models;

/// <summary>
/// The names by which a decoder asks for its tensors. The defaults are Llama's, which its relatives share; where a checkpoint has the whole
/// tensor under another name, that name stands here, and where it is cut otherwise, a <see cref="WeightRecipe"/> says how.
/// </summary>
public sealed record WeightNames
{
    /// <summary>The token embedding, [vocabulary, hidden].</summary>
    public string Embedding { get; init; } = "model.embed_tokens.weight";

    /// <summary>The embedding of positions, [context length, hidden].</summary>
    public string Positions { get; init; } = "model.embed_positions.weight";

    /// <summary>The norm after the last layer, [hidden].</summary>
    public string FinalNorm { get; init; } = "model.norm.weight";

    /// <summary>The output projection, [vocabulary, hidden]; absent when the embedding is tied.</summary>
    public string Head { get; init; } = "lm_head.weight";

    /// <summary>What stands before a layer's number.</summary>
    public string LayerPrefix { get; init; } = "model.layers.";

    /// <summary>What stands between a layer and an expert's number.</summary>
    public string ExpertPrefix { get; init; } = "mlp.experts.";

    /// <summary>Behind an expert's number, its gate.</summary>
    public string ExpertGateSuffix { get; init; } = "gate_proj";

    /// <summary>Behind an expert's number, what its gate multiplies.</summary>
    public string ExpertUpSuffix { get; init; } = "up_proj";

    /// <summary>Behind an expert's number, its way back.</summary>
    public string ExpertDownSuffix { get; init; } = "down_proj";

    /// <summary>Behind a layer's number: see <see cref="AttentionNorm"/>.</summary>
    public string AttentionNormSuffix { get; init; } = "input_layernorm.weight";

    /// <summary>Behind a layer's number: see <see cref="AttentionPostNorm"/>.</summary>
    public string AttentionPostNormSuffix { get; init; } = "self_attn_post_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="FeedForwardNorm"/>.</summary>
    public string FeedForwardNormSuffix { get; init; } = "post_attention_layernorm.weight";

    /// <summary>Behind a layer's number: see <see cref="FeedForwardPostNorm"/>.</summary>
    public string FeedForwardPostNormSuffix { get; init; } = "mlp_post_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="QueryNorm"/>.</summary>
    public string QueryNormSuffix { get; init; } = "self_attn.q_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="KeyNorm"/>.</summary>
    public string KeyNormSuffix { get; init; } = "self_attn.k_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="Query"/>.</summary>
    public string QuerySuffix { get; init; } = "self_attn.q_proj";

    /// <summary>Behind a layer's number: see <see cref="Key"/>.</summary>
    public string KeySuffix { get; init; } = "self_attn.k_proj";

    /// <summary>Behind a layer's number: see <see cref="Value"/>.</summary>
    public string ValueSuffix { get; init; } = "self_attn.v_proj";

    /// <summary>Behind a layer's number: see <see cref="Sinks"/>.</summary>
    public string SinksSuffix { get; init; } = "self_attn.sinks";

    /// <summary>Behind a layer's number: see <see cref="AttentionSubNorm"/>.</summary>
    public string AttentionSubNormSuffix { get; init; } = "self_attn.attn_sub_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="Output"/>.</summary>
    public string OutputSuffix { get; init; } = "self_attn.o_proj";

    /// <summary>Behind a layer's number: see <see cref="Gate"/>.</summary>
    public string GateSuffix { get; init; } = "mlp.gate_proj";

    /// <summary>Behind a layer's number: see <see cref="Up"/>.</summary>
    public string UpSuffix { get; init; } = "mlp.up_proj";

    /// <summary>Behind a layer's number: see <see cref="FeedForwardSubNorm"/>.</summary>
    public string FeedForwardSubNormSuffix { get; init; } = "mlp.ffn_sub_norm.weight";

    /// <summary>Behind a layer's number: see <see cref="Down"/>.</summary>
    public string DownSuffix { get; init; } = "mlp.down_proj";

    /// <summary>Behind a layer's number: see <see cref="Router"/>.</summary>
    public string RouterSuffix { get; init; } = "mlp.gate";

    /// <summary>Behind a layer's number: see <see cref="SelectionBias"/>.</summary>
    public string SelectionBiasSuffix { get; init; } = "mlp.gate.e_score_correction_bias";

    /// <summary>Behind a layer's number: see <see cref="SharedGate"/>.</summary>
    public string SharedGateSuffix { get; init; } = "mlp.shared_expert.gate_proj";

    /// <summary>Behind a layer's number: see <see cref="SharedUp"/>.</summary>
    public string SharedUpSuffix { get; init; } = "mlp.shared_expert.up_proj";

    /// <summary>Behind a layer's number: see <see cref="SharedDown"/>.</summary>
    public string SharedDownSuffix { get; init; } = "mlp.shared_expert.down_proj";

    /// <summary>Behind a layer's number: see <see cref="SharedExpertGate"/>.</summary>
    public string SharedExpertGateSuffix { get; init; } = "mlp.shared_expert_gate";

    /// <summary>Behind a layer's number: see <see cref="QueryDown"/>.</summary>
    public string QueryDownSuffix { get; init; } = "self_attn.q_a_proj";

    /// <summary>Behind a layer's number: see <see cref="QueryDownNorm"/>.</summary>
    public string QueryDownNormSuffix { get; init; } = "self_attn.q_a_layernorm.weight";

    /// <summary>Behind a layer's number: see <see cref="LatentQuery"/>.</summary>
    public string LatentQuerySuffix { get; init; } = "self_attn.q_b_proj";

    /// <summary>Behind a layer's number: see <see cref="LatentDown"/>.</summary>
    public string LatentDownSuffix { get; init; } = "self_attn.kv_a_proj_with_mqa";

    /// <summary>Behind a layer's number: see <see cref="LatentNorm"/>.</summary>
    public string LatentNormSuffix { get; init; } = "self_attn.kv_a_layernorm.weight";

    /// <summary>Behind a layer's number: see <see cref="LayerScale"/>.</summary>
    public string LayerScaleSuffix { get; init; } = "layer_scalar";

    /// <summary>Of per-layer inputs.</summary>
    public PerLayerNames PerLayer { get; init; } = new();

    /// <summary>Of several residual streams.</summary>
    public AltUpNames AltUp { get; init; } = new();

    /// <summary>Of experts beside a dense feed-forward.</summary>
    public ParallelExpertNames ParallelExperts { get; init; } = new();

    /// <summary>Behind a layer's number: see <see cref="OutputGate"/>.</summary>
    public string OutputGateSuffix { get; init; } = "self_attn.output_gate";

    /// <summary>What a delta net's tensors are called.</summary>
    public DeltaNetNames DeltaNet { get; init; } = new();

    /// <summary>What a short convolution's tensors are called.</summary>
    public ShortConvNames ShortConv { get; init; } = new();

    /// <summary>The norm before attention, [hidden].</summary>
    public string AttentionNorm(int layer) => Of(layer, AttentionNormSuffix);

    /// <summary>The norm over attention's result, [hidden].</summary>
    public string AttentionPostNorm(int layer) => Of(layer, AttentionPostNormSuffix);

    /// <summary>The norm before the feed-forward, [hidden].</summary>
    public string FeedForwardNorm(int layer) => Of(layer, FeedForwardNormSuffix);

    /// <summary>The norm over the feed-forward's result, [hidden].</summary>
    public string FeedForwardPostNorm(int layer) => Of(layer, FeedForwardPostNormSuffix);

    /// <summary>The norm over queries; its shape is its kind's, see <see cref="QueryKeyNorm"/>.</summary>
    public string QueryNorm(int layer) => Of(layer, QueryNormSuffix);

    /// <summary>The norm over keys; its shape is its kind's.</summary>
    public string KeyNorm(int layer) => Of(layer, KeyNormSuffix);

    /// <summary>The projection to queries, [heads * headDim, hidden], without ".weight" or ".bias".</summary>
    public string Query(int layer) => Of(layer, QuerySuffix);

    /// <summary>The projection to keys, [key/value heads * headDim, hidden].</summary>
    public string Key(int layer) => Of(layer, KeySuffix);

    /// <summary>The projection to values, [key/value heads * headDim, hidden].</summary>
    public string Value(int layer) => Of(layer, ValueSuffix);

    /// <summary>The logits of <see cref="DecoderSpec.AttentionSinks"/>, [heads].</summary>
    public string Sinks(int layer) => Of(layer, SinksSuffix);

    /// <summary>The norm before attention's output projection, [heads * headDim].</summary>
    public string AttentionSubNorm(int layer) => Of(layer, AttentionSubNormSuffix);

    /// <summary>The projection of the attention's result, [hidden, heads * headDim].</summary>
    public string Output(int layer) => Of(layer, OutputSuffix);

    /// <summary>The projection to the gate of attention's result, [heads * headDim, hidden], by recipe.</summary>
    public string OutputGate(int layer) => Of(layer, OutputGateSuffix);

    /// <summary>The feed-forward's gate, [feedForward, hidden]; absent where it is not gated.</summary>
    public string Gate(int layer) => Of(layer, GateSuffix);

    /// <summary>What the gate multiplies, or the only projection, [feedForward, hidden].</summary>
    public string Up(int layer) => Of(layer, UpSuffix);

    /// <summary>The norm before the way back, [feedForward].</summary>
    public string FeedForwardSubNorm(int layer) => Of(layer, FeedForwardSubNormSuffix);

    /// <summary>The way back, [hidden, feedForward].</summary>
    public string Down(int layer) => Of(layer, DownSuffix);

    /// <summary>The router of the experts, [experts, hidden].</summary>
    public string Router(int layer) => Of(layer, RouterSuffix);

    /// <summary>The bias of the choice of experts, [experts].</summary>
    public string SelectionBias(int layer) => Of(layer, SelectionBiasSuffix);

    /// <summary>The shared expert's gate, [width, hidden].</summary>
    public string SharedGate(int layer) => Of(layer, SharedGateSuffix);

    /// <summary>What the shared expert's gate multiplies, [width, hidden].</summary>
    public string SharedUp(int layer) => Of(layer, SharedUpSuffix);

    /// <summary>The shared expert's way back, [hidden, width].</summary>
    public string SharedDown(int layer) => Of(layer, SharedDownSuffix);

    /// <summary>What scales the shared expert's result, [1, hidden].</summary>
    public string SharedExpertGate(int layer) => Of(layer, SharedExpertGateSuffix);

    /// <summary>With latent attention, the projection to the queries' vector, [queryRank, hidden].</summary>
    public string QueryDown(int layer) => Of(layer, QueryDownSuffix);

    /// <summary>The norm over the queries' vector, [queryRank].</summary>
    public string QueryDownNorm(int layer) => Of(layer, QueryDownNormSuffix);

    /// <summary>The projection to queries, [heads * queryWidth, queryRank or hidden].</summary>
    public string LatentQuery(int layer) => Of(layer, LatentQuerySuffix);

    /// <summary>The projection to c and the shared key, [keyValueRank + rotatedWidth, hidden].</summary>
    public string LatentDown(int layer) => Of(layer, LatentDownSuffix);

    /// <summary>The norm over c, [keyValueRank].</summary>
    public string LatentNorm(int layer) => Of(layer, LatentNormSuffix);

    /// <summary>A head's key matrix, transposed, [keyValueRank, plainWidth], by recipe.</summary>
    public string HeadKey(int layer, int head) => Of(layer, $"self_attn.heads.{head}.key");

    /// <summary>A head's value matrix, [valueWidth, keyValueRank], by recipe.</summary>
    public string HeadValue(int layer, int head) => Of(layer, $"self_attn.heads.{head}.value");

    /// <summary>What the layer's result is multiplied with, [1].</summary>
    public string LayerScale(int layer) => Of(layer, LayerScaleSuffix);

    /// <summary>An expert's gate, [width, hidden], without ".weight" or ".bias".</summary>
    public string ExpertGate(int layer, int expert) => Of(layer, $"{ExpertPrefix}{expert}.{ExpertGateSuffix}");

    /// <summary>What an expert's gate multiplies, [width, hidden].</summary>
    public string ExpertUp(int layer, int expert) => Of(layer, $"{ExpertPrefix}{expert}.{ExpertUpSuffix}");

    /// <summary>An expert's way back, [hidden, width].</summary>
    public string ExpertDown(int layer, int expert) => Of(layer, $"{ExpertPrefix}{expert}.{ExpertDownSuffix}");

    /// <summary>The bias that belongs to a norm's or the head's weight.</summary>
    public static string BiasOf(string weight) => LayerOf(weight) + ".bias";

    /// <summary>The name of what has a weight.</summary>
    public static string LayerOf(string weight) => weight.EndsWith(".weight", StringComparison.Ordinal) ? weight[..^".weight".Length] : weight;

    /// <summary>A tensor of a layer by what stands behind the layer's number.</summary>
    public string Of(int layer, string name) => $"{LayerPrefix}{layer}.{name}";
}
