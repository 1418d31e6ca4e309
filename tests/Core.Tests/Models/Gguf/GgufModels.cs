using Rill.Models;

namespace Rill.Core.Tests.Models.Gguf;

/// <summary>GGUF files of models of a few numbers.</summary>
internal static class GgufModels
{
    /// <summary>Metadata and embedding of a Llama with two layers; 4 heads of 8 in a width of 32, 2 for keys and values.</summary>
    public static GgufWriter Llama() => Of("llama");

    /// <param name="architecture">The architecture's name.</param>
    /// <param name="without">A key, without the architecture's name, that is left out.</param>
    public static GgufWriter Of(string architecture, string without = "")
    {
        var writer = new GgufWriter().With("general.architecture", architecture).WithFloats("token_embd.weight", [32, 6], new float[32 * 6]);
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

    /// <summary>What the model's reader makes of the metadata.</summary>
    public static DecoderSpec Spec(TemporaryDirectory directory, GgufWriter writer)
    {
        File.WriteAllBytes(directory.File("m.gguf"), writer.ToArray());
        using var files = ModelFiles.InDirectory(directory.Path);
        return ArchitectureRegistry.Read(ModelConfig.Load(files));
    }
}
