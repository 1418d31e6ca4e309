using Rill.Models;

namespace Rill.Bench.Models;

/// <summary>One weight of a decoder of Llama or Qwen3, with experts or without.</summary>
/// <param name="Name">Its name in safetensors.</param>
/// <param name="GgufName">Its name in GGUF.</param>
/// <param name="Shape">[rows, columns], or [width] of a norm.</param>
/// <param name="Kind">What it does.</param>
internal sealed record DecoderTensor(string Name, string GgufName, long[] Shape, DecoderTensorKind Kind)
{
    /// <summary>Length of its last dimension.</summary>
    public int Columns => (int)Shape[^1];

    /// <summary>Number of rows; 1 for a norm.</summary>
    public int Rows => Shape.Length == 1 ? 1 : (int)Shape[0];

    /// <summary>
    /// All weights of a decoder without biases and with tied embeddings, in the order of computing. The matrices of a layer's experts follow one
    /// another and have one name in GGUF, where they are one tensor.
    /// </summary>
    public static IReadOnlyList<DecoderTensor> Of(DecoderSpec spec)
    {
        var names = spec.Names;
        var queries = spec.HeadCount * spec.HeadDim;
        var keys = spec.KeyValueHeadCount * spec.HeadDim;
        var tensors = new List<DecoderTensor> { Matrix(names.Embedding, "token_embd", spec.VocabularySize, spec.HiddenSize, DecoderTensorKind.Embedding) };
        for (var layer = 0; layer < spec.LayerCount; layer++)
        {
            var block = $"blk.{layer}.";
            tensors.Add(Norm(names.AttentionNorm(layer), block + "attn_norm"));
            tensors.Add(Matrix(names.Query(layer) + ".weight", block + "attn_q", queries, spec.HiddenSize, DecoderTensorKind.Rotated));
            tensors.Add(Matrix(names.Key(layer) + ".weight", block + "attn_k", keys, spec.HiddenSize, DecoderTensorKind.Rotated));
            if (spec.QueryKeyNorm == QueryKeyNorm.Head)
            {
                tensors.Add(new(names.QueryNorm(layer), block + "attn_q_norm.weight", [spec.HeadDim], DecoderTensorKind.Norm));
                tensors.Add(new(names.KeyNorm(layer), block + "attn_k_norm.weight", [spec.HeadDim], DecoderTensorKind.Norm));
            }

            tensors.Add(Matrix(names.Value(layer) + ".weight", block + "attn_v", keys, spec.HiddenSize));
            tensors.Add(Matrix(names.Output(layer) + ".weight", block + "attn_output", spec.HiddenSize, queries, DecoderTensorKind.Back));
            tensors.Add(Norm(names.FeedForwardNorm(layer), block + "ffn_norm"));
            tensors.AddRange(FeedForward(spec, layer, block));
        }

        tensors.Add(Norm(names.FinalNorm, "output_norm"));
        return tensors;

        DecoderTensor Norm(string name, string gguf) => new(name, gguf + ".weight", [spec.HiddenSize], DecoderTensorKind.Norm);
    }

    private static IEnumerable<DecoderTensor> FeedForward(DecoderSpec spec, int layer, string block)
    {
        var (names, hidden) = (spec.Names, spec.HiddenSize);
        if (spec.ExpertsOf(layer) is not { } experts)
        {
            return
            [
                Matrix(names.Gate(layer) + ".weight", block + "ffn_gate", spec.FeedForwardSize, hidden),
                Matrix(names.Up(layer) + ".weight", block + "ffn_up", spec.FeedForwardSize, hidden),
                Matrix(names.Down(layer) + ".weight", block + "ffn_down", hidden, spec.FeedForwardSize, DecoderTensorKind.Back),
            ];
        }

        var all = Enumerable.Range(0, experts.Experts).ToList();
        return
        [
            Matrix(names.Router(layer) + ".weight", block + "ffn_gate_inp", experts.Experts, hidden, DecoderTensorKind.Exact),
            .. all.Select(expert => Matrix(names.ExpertGate(layer, expert) + ".weight", block + "ffn_gate_exps", experts.Width, hidden)),
            .. all.Select(expert => Matrix(names.ExpertUp(layer, expert) + ".weight", block + "ffn_up_exps", experts.Width, hidden)),
            .. all.Select(expert => Matrix(names.ExpertDown(layer, expert) + ".weight", block + "ffn_down_exps", hidden, experts.Width, DecoderTensorKind.Back)),
        ];
    }

    private static DecoderTensor Matrix(string name, string gguf, int rows, int columns, DecoderTensorKind kind = DecoderTensorKind.Plain) =>
        new(name, gguf + ".weight", [rows, columns], kind);
}

/// <summary>What a weight does, as far as making it up and writing it depend on that.</summary>
internal enum DecoderTensorKind
{
    /// <summary>A projection.</summary>
    Plain,

    /// <summary>A projection back to the residual stream.</summary>
    Back,

    /// <summary>The projection to queries or keys, whose rows are turned by the position in pairs.</summary>
    Rotated,

    /// <summary>The embedding, which is the output projection too.</summary>
    Embedding,

    /// <summary>The weights of a norm.</summary>
    Norm,

    /// <summary>A small projection that decides, always in f32 in GGUF.</summary>
    Exact,
}
