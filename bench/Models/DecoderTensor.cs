using Rill.Models;

namespace Rill.Bench.Models;

/// <summary>One weight of a Llama or Qwen3 decoder.</summary>
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

    /// <summary>All weights of a decoder without biases and with tied embeddings, in the order of computing.</summary>
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
            tensors.Add(Matrix(names.Gate(layer) + ".weight", block + "ffn_gate", spec.FeedForwardSize, spec.HiddenSize));
            tensors.Add(Matrix(names.Up(layer) + ".weight", block + "ffn_up", spec.FeedForwardSize, spec.HiddenSize));
            tensors.Add(Matrix(names.Down(layer) + ".weight", block + "ffn_down", spec.HiddenSize, spec.FeedForwardSize, DecoderTensorKind.Back));
        }

        tensors.Add(Norm(names.FinalNorm, "output_norm"));
        return tensors;

        DecoderTensor Norm(string name, string gguf) => new(name, gguf + ".weight", [spec.HiddenSize], DecoderTensorKind.Norm);
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
}
