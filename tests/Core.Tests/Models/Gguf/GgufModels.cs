using Rill.Models;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>GGUF files of models of a few numbers.</summary>
internal static class GgufModels
{
    /// <summary>Metadata and embedding of a Llama with two layers; 4 heads of 8 in a width of 32, 2 for keys and values.</summary>
    public static GgufWriter Llama() => Of("llama");

    /// <param name="architecture">The architecture's name.</param>
    /// <param name="without">A key, without the architecture's name, that is left out.</param>
    /// <param name="embeddingRows">Rows of the embedding.</param>
    public static GgufWriter Of(string architecture, string without = "", int embeddingRows = 6)
    {
        var writer = new GgufWriter().With("general.architecture", architecture)
            .WithFloats("token_embd.weight", [32, (ulong)embeddingRows], new float[32 * embeddingRows]);
        foreach (var (name, value) in ((string, int)[])
            [("block_count", 2), ("context_length", 64), ("embedding_length", 32), ("feed_forward_length", 48), ("attention.head_count", 4), ("attention.head_count_kv", 2)])
        {
            if (name != without)
            {
                writer.With($"{architecture}.{name}", value);
            }
        }

        const string epsilon = "attention.layer_norm_rms_epsilon";
        return without == epsilon ? writer : writer.With($"{architecture}.{epsilon}", 1e-5f);
    }

    /// <summary>A whole Llama of zeros in Q4_0 and F32, with a tokenizer of bytes.</summary>
    public static byte[] Whole()
    {
        var tokens = Enumerable.Range(0, 256).Select(Spell).Append("<|end|>").Append("ab").ToArray();
        var writer = Of("llama", embeddingRows: tokens.Length)
            .With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.pre", "gpt-2").With("tokenizer.ggml.tokens", tokens)
            .With("tokenizer.ggml.token_type", tokens.Select(token => token == "<|end|>" ? 3 : 1).ToArray())
            .With("tokenizer.ggml.merges", new[] { "a b" }).With("tokenizer.ggml.eos_token_id", 256u)
            .With("tokenizer.chat_template", "{{ messages[0].content }}").WithFloats("output_norm.weight", [32], new float[32]);
        foreach (var layer in (string[])["blk.0.", "blk.1."])
        {
            writer.WithFloats(layer + "attn_norm.weight", [32], new float[32]).WithFloats(layer + "ffn_norm.weight", [32], new float[32])
                .WithFloats(layer + "ffn_down.weight", [48, 32], new float[48 * 32]);
            (string Name, int Rows)[] matrices = [("attn_q", 32), ("attn_k", 16), ("attn_v", 16), ("attn_output", 32), ("ffn_gate", 48), ("ffn_up", 48)];
            foreach (var (name, rows) in matrices)
            {
                writer.WithTensor($"{layer}{name}.weight", 2, [32, (ulong)rows], new byte[rows * 18]);
            }
        }

        return writer.ToArray();
    }

    /// <summary>What the model's reader makes of the metadata.</summary>
    public static DecoderSpec Spec(TemporaryDirectory directory, GgufWriter writer)
    {
        File.WriteAllBytes(directory.File("m.gguf"), writer.ToArray());
        using var files = ModelFiles.InDirectory(directory.Path);
        return ArchitectureRegistry.Read(ModelConfig.Load(files));
    }

    /// <summary>How byte-level tokenizers write a byte: printable ones as they are, the others from U+0100 on.</summary>
    private static string Spell(int value)
    {
        static bool IsPrintable(int number) => number is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return ((char)(IsPrintable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(number => !IsPrintable(number)))).ToString();
    }
}
