namespace Rill.Models;

/// <summary>
/// A decoder-only transformer as data: every supported architecture is this one decoder with other switches. Where nothing else is said it is
/// Llama's: RMS norms before attention and before a SiLU-gated feed-forward, rotary positions, grouped-query attention, no biases.
/// </summary>
public sealed record DecoderSpec
{
    /// <summary>The class name in config.json, such as LlamaForCausalLM.</summary>
    public required string Architecture { get; init; }

    /// <summary>Number of layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Query heads; a multiple of <see cref="KeyValueHeadCount"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads, where <see cref="KeyValueHeadCounts"/> does not say otherwise.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>For each layer, its key and value heads, of which <see cref="HeadCount"/> is a multiple. Empty: as many in every layer.</summary>
    public IReadOnlyList<int> KeyValueHeadCounts { get; init; } = [];

    /// <summary>Width of a head, where <see cref="HeadDims"/> does not say otherwise; even.</summary>
    public required int HeadDim { get; init; }

    /// <summary>For each layer, the width of a head; even. Empty: the same in every layer.</summary>
    public IReadOnlyList<int> HeadDims { get; init; } = [];

    /// <summary>
    /// For each layer, the one whose cached keys and values its attention reads: itself, or one before it that reads its own, with as many
    /// heads of the same width; null for a layer that caches none and reads none. Empty: every layer reads its own.
    /// </summary>
    public IReadOnlyList<int?> KeyValueSources { get; init; } = [];

    /// <summary>Width of the dense feed-forward, where <see cref="FeedForwardSizes"/> does not say otherwise.</summary>
    public required int FeedForwardSize { get; init; }

    /// <summary>For each layer, the width of the dense feed-forward. Empty: the same in every layer.</summary>
    public IReadOnlyList<int> FeedForwardSizes { get; init; } = [];

    /// <summary>Rows of the embedding; token ids lie in [0, VocabularySize).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens of a sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean square (or to the variance) in every norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>The kind of the norms over the residual stream.</summary>
    public NormKind Norm { get; init; }

    /// <summary>Added to the stored weights of all norms, those of queries and keys too: 1 where a checkpoint stores what exceeds 1.</summary>
    public float NormOffset { get; init; }

    /// <summary>Biases on the norms over the residual stream.</summary>
    public bool NormBias { get; init; }

    /// <summary>Norms before attention and before the feed-forward.</summary>
    public bool PreNorms { get; init; } = true;

    /// <summary>Norms over the result of attention and over that of the feed-forward, before each is added to the residual stream.</summary>
    public bool PostNorms { get; init; }

    /// <summary>How attention and feed-forward follow one another.</summary>
    public ResidualKind Residual { get; init; }

    /// <summary>For each layer, how positions turn queries and keys; null for a layer without positions.</summary>
    public required IReadOnlyList<RotarySpec?> Rotaries { get; init; }

    /// <summary>An embedding of the position, added to the token's: as many rows as <see cref="ContextLength"/>.</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Biases on the query, key and value projections.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>A bias on the attention's output projection.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Biases on the gate, up and down projections.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>A bias on the logits.</summary>
    public bool HeadBias { get; init; }

    /// <summary>
    /// Latent attention; null for keys and values of their own. With it there is one key/value head of width <see cref="HeadDim"/> =
    /// <see cref="LatentSpec.KeyWidth"/>, and <see cref="AttentionScale"/> is set.
    /// </summary>
    public LatentSpec? Latent { get; init; }

    /// <summary>For each layer, what it has in attention's place; null for attention. Empty: all have attention.</summary>
    public IReadOnlyList<MixerSpec?> Mixers { get; init; } = [];

    /// <summary>True where attention's result is multiplied with sigmoid(a projection of its input) before the output projection.</summary>
    public bool OutputGate { get; init; }

    /// <summary>A norm over queries and keys.</summary>
    public QueryKeyNorm QueryKeyNorm { get; init; }

    /// <summary>An RMS norm without weights over each head of the values.</summary>
    public bool ValueNorm { get; init; }

    /// <summary>
    /// For each layer, true where values have no projection of their own: they are what the keys are before their norm and their rotation.
    /// Empty: in no layer.
    /// </summary>
    public IReadOnlyList<bool> ValuesFromKeyProjection { get; init; } = [];

    /// <summary>What scores are multiplied with; null for 1 / sqrt(<see cref="HeadDim"/>).</summary>
    public float? AttentionScale { get; init; }

    /// <summary>c where a score z becomes c * tanh(z / c), before what is not attended to is masked; null for none.</summary>
    public float? AttentionSoftCap { get; init; }

    /// <summary>For each layer, how many latest positions (its own included) a token attends to; null for all.</summary>
    public required IReadOnlyList<int?> AttentionWindows { get; init; }

    /// <summary>
    /// For each layer, the size of the stretches into which a text is cut (chunked attention: position i attends to j where i / size and
    /// j / size, rounded down, are the same); null for none. Empty: none in any layer.
    /// </summary>
    public IReadOnlyList<int?> AttentionChunks { get; init; } = [];

    /// <summary>For each layer, how queries grow with their position; null for not. Empty: in no layer.</summary>
    public IReadOnlyList<QueryTemperature?> QueryTemperatures { get; init; } = [];

    /// <summary>A logit for each query head that joins its softmax's sum and has no value.</summary>
    public bool AttentionSinks { get; init; }

    /// <summary>RMS norms over attention's result before its output projection, and over the gated row before the way down.</summary>
    public bool SubNorms { get; init; }

    /// <summary>What the feed-forward applies to the gate, or to the only projection.</summary>
    public Activation Activation { get; init; }

    /// <summary>True for down(act(gate) * up), false for down(act(up)).</summary>
    public bool Gated { get; init; } = true;

    /// <summary>
    /// For each layer, k where a gate g becomes max(g - (m + k s), 0) before the activation, m and s being the mean and the (population)
    /// standard deviation of the row's gates; null for not. Empty: in no layer.
    /// </summary>
    public IReadOnlyList<float?> GateCutoffs { get; init; } = [];

    /// <summary>For each layer, its experts; null for a dense layer. Empty: all are dense.</summary>
    public IReadOnlyList<MoeSpec?> Experts { get; init; } = [];

    /// <summary>Vectors of the token that each layer gets for itself; null for none.</summary>
    public PerLayerInputSpec? PerLayerInputs { get; init; }

    /// <summary>Several residual streams; null for one. With them there are <see cref="PerLayerInputs"/>.</summary>
    public AltUpSpec? AltUp { get; init; }

    /// <summary>
    /// Rank of a learned augmented residual layer (LAuReL, arXiv 2411.07501): with h the normed input of a layer, x + attention becomes
    /// (x + attention + h + norm(up(down h))) / sqrt(2); null for none.
    /// </summary>
    public int? LaurelRank { get; init; }

    /// <summary>A number for each layer with which its result is multiplied.</summary>
    public bool LayerScale { get; init; }

    /// <summary>What the token embedding is multiplied with.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>What the results of attention and feed-forward are multiplied with before they are added to the residual stream.</summary>
    public float ResidualScale { get; init; } = 1;

    /// <summary>What logits are multiplied with.</summary>
    public float LogitScale { get; init; } = 1;

    /// <summary>c where a logit z becomes c * tanh(z / c), after <see cref="LogitScale"/>; null for none.</summary>
    public float? LogitSoftCap { get; init; }

    /// <summary>True when the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Layers behind the last one that guess further tokens (multi-token prediction); their weights are passed over.</summary>
    public int PredictionLayerCount { get; init; }

    /// <summary>The names by which the decoder asks for its tensors: Llama's.</summary>
    public WeightNames Names { get; init; } = new();

    /// <summary>By such a name, how the tensor is made from published ones; a tensor that is missing here has its own name in the files.</summary>
    public IReadOnlyDictionary<string, WeightRecipe> Recipes { get; init; } = new Dictionary<string, WeightRecipe>();

    /// <summary>The same under the names of its class, where the files have others (GGUF): adapters name its modules so. Null: these.</summary>
    public DecoderSpec? Published { get; init; }

    /// <summary>
    /// Other spellings of the beginnings of published names, tried in this order after the names as they are: the first whose embedding is
    /// in the files holds for all tensors.
    /// </summary>
    public IReadOnlyList<NamePrefixes> Prefixes { get; init; } = [];

    /// <summary>Beginnings of the names of tensors that belong to other parts of a wrapper class (its vision tower, say) and are passed over.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];

    /// <summary>Endings of the names of tensors that no decoder needs: masks and tables that old files hold.</summary>
    public IReadOnlyList<string> PassedOverEndings { get; init; } = [];

    /// <summary>The experts of a layer; null for a dense one.</summary>
    public MoeSpec? ExpertsOf(int layer) => Experts.Count == 0 ? null : Experts[layer];

    /// <summary>What a layer has in attention's place; null for attention.</summary>
    public MixerSpec? MixerOf(int layer) => Mixers.Count == 0 ? null : Mixers[layer];

    /// <summary>Elements of one sequence's states in all layers, in f32; 0 where all layers have attention.</summary>
    public long StateSize => Mixers.Sum(mixer => mixer?.StateSize ?? 0);

    /// <summary>The key and value heads of a layer's attention, whoever's they are.</summary>
    public int KeyValueHeadsOf(int layer) => KeyValueHeadCounts.Count == 0 ? KeyValueHeadCount : KeyValueHeadCounts[layer];

    /// <summary>The width of a layer's heads.</summary>
    public int HeadDimOf(int layer) => HeadDims.Count == 0 ? HeadDim : HeadDims[layer];

    /// <summary>The layer whose cached keys and values a layer's attention reads; null where it reads none, and where it has no attention.</summary>
    public int? CacheLayerOf(int layer) => MixerOf(layer) is not null ? null : KeyValueSources.Count == 0 ? layer : KeyValueSources[layer];

    /// <summary>The width of a layer's dense feed-forward.</summary>
    public int FeedForwardSizeOf(int layer) => FeedForwardSizes.Count == 0 ? FeedForwardSize : FeedForwardSizes[layer];

    /// <summary>The cutoff of a layer's gates; null for none.</summary>
    public float? GateCutoffOf(int layer) => GateCutoffs.Count == 0 ? null : GateCutoffs[layer];

    /// <summary>True for a layer whose values are its keys' projection.</summary>
    public bool TakesValuesFromKeys(int layer) => ValuesFromKeyProjection.Count > 0 && ValuesFromKeyProjection[layer];

    /// <summary>True for a layer that caches keys and values.</summary>
    public bool CachesKeyValues(int layer) => CacheLayerOf(layer) == layer;

    /// <summary>Elements of a row of a layer's queries of all heads.</summary>
    public int QuerySizeOf(int layer) => HeadCount * HeadDimOf(layer);

    /// <summary>
    /// Elements of queries, keys and values of a row together, also where values come from the keys' projection; where they are the keys, only
    /// these, and of a layer that caches none only the queries.
    /// </summary>
    public int QueryKeyValueSizeOf(int layer) =>
        QuerySizeOf(layer) + (CachesKeyValues(layer) ? KeyValueVectors * KeyValueHeadsOf(layer) * HeadDimOf(layer) : 0);

    /// <summary>Elements that a token adds to the cache in all layers together.</summary>
    public long KeyValueElements => Enumerable.Range(0, LayerCount).Where(CachesKeyValues)
        .Sum(layer => (long)KeyValueVectors * KeyValueHeadsOf(layer) * HeadDimOf(layer));

    private int KeyValueVectors => ValuesAreKeys ? 1 : 2;

    /// <summary>True where attention's values are its keys, so that they are kept once.</summary>
    public bool ValuesAreKeys => Latent is not null;
}
