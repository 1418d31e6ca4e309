using Rill.Models.Architectures;
using Rill.Models.Architectures.Dense;
using Rill.Models.Architectures.Experts;
using Rill.Models.Architectures.Hybrid;
using Rill.Models.Architectures.Latent;
using Rill.Models.Architectures.PerLayer;
using Rill.Models.Gguf;

namespace Rill.Models;

/// <summary>The architectures that Rill knows, by the class name in config.json.</summary>
public static class ArchitectureRegistry
{
    // To add an architecture: a file in Architectures that turns its config.json into a DecoderSpec, and its line here.
    private static readonly Dictionary<string, Func<ModelConfig, DecoderSpec>> s_readers = new(StringComparer.Ordinal)
    {
        [Arcee.Name] = Arcee.Read,
        [BitNet.Name] = BitNet.Read,
        [Cohere.Name] = Cohere.Read,
        [Cohere2.Name] = Cohere2.Read,
        [DeepSeek.NameV2] = DeepSeek.ReadV2,
        [DeepSeek.NameV3] = DeepSeek.ReadV3,
        [Ernie4_5.Name] = Ernie4_5.Read,
        [Exaone4.Name] = Exaone4.Read,
        [GPT2.Name] = GPT2.Read,
        [GPTNeoX.Name] = GPTNeoX.Read,
        [Gemma.Name] = Gemma.Read,
        [Gemma2.Name] = Gemma2.Read,
        [Gemma3.Name] = Gemma3.Read,
        [Gemma3.WrapperName] = Gemma3.ReadWrapper,
        [Gemma3n.Name] = Gemma3n.Read,
        [Gemma3n.WrapperName] = Gemma3n.ReadWrapper,
        [Gemma4.Name] = Gemma4.Read,
        [Gemma4.WrapperName] = Gemma4.ReadWrapper,
        [Gemma4.UnifiedName] = Gemma4.ReadUnified,
        [Glm.Name] = Glm.Read,
        [Glm4.Name] = Glm4.Read,
        [Granite.Name] = Granite.Read,
        [HunYuanDenseV1.Name] = HunYuanDenseV1.Read,
        [InternLM2.Name] = InternLM2.Read,
        [InternLM3.Name] = InternLM3.Read,
        [Llama.Name] = Llama.Read,
        [MiniCPM.Name] = MiniCPM.Read,
        [Ministral3.Name] = Ministral3.Read,
        [Mistral.Name] = Mistral.Read,
        [Mistral3.Name] = Mistral3.Read,
        [Nemotron.Name] = Nemotron.Read,
        [Olmo2.Name] = Olmo2.Read,
        [Olmo3.Name] = Olmo3.Read,
        [Phi.Name] = Phi.Read,
        [Phi3.Name] = Phi3.Read,
        [Qwen2.Name] = Qwen2.Read,
        [Qwen2_5_VL.Name] = Qwen2_5_VL.Read,
        [Qwen3.Name] = Qwen3.Read,
        [Qwen3VL.Name] = Qwen3VL.Read,
        [SeedOss.Name] = SeedOss.Read,
        [SmolLM3.Name] = SmolLM3.Read,
        [StableLm.Name] = StableLm.Read,
        [Starcoder2.Name] = Starcoder2.Read,
        [Dots1.Name] = Dots1.Read,
        [Ernie4_5Moe.Name] = Ernie4_5Moe.Read,
        [Glm4Moe.Name] = Glm4Moe.Read,
        [Glm4MoeLite.Name] = Glm4MoeLite.Read,
        [GptOss.Name] = GptOss.Read,
        [GraniteMoe.Name] = GraniteMoe.Read,
        [GraniteMoe.SharedName] = GraniteMoe.ReadShared,
        [GraniteMoeHybrid.Name] = GraniteMoeHybrid.Read,
        [Lfm2.Name] = Lfm2.Read,
        [Lfm2.MoeName] = Lfm2.ReadMoe,
        [Llama4.Name] = Llama4.Read,
        [Llama4.WrapperName] = Llama4.ReadWrapper,
        [MiniMaxM2.Name] = MiniMaxM2.Read,
        [Mixtral.Name] = Mixtral.Read,
        [Olmoe.Name] = Olmoe.Read,
        [Qwen2Moe.Name] = Qwen2Moe.Read,
        [Qwen3Moe.Name] = Qwen3Moe.Read,
        [Qwen3Next.Name] = Qwen3Next.Read,
        [Qwen3_5.Name] = Qwen3_5.Read,
        [Qwen3_5.WrapperName] = Qwen3_5.ReadWrapper,
        [Qwen3_5.MoeName] = Qwen3_5.ReadMoe,
        [Qwen3_5.MoeWrapperName] = Qwen3_5.ReadMoeWrapper,
    };

    /// <summary>The class names that are supported.</summary>
    public static IReadOnlyCollection<string> Names => s_readers.Keys;

    /// <summary>Turns a config.json into the decoder that it describes.</summary>
    /// <param name="config">The whole file.</param>
    /// <param name="longestSequence">
    /// The most tokens that a sequence will have, prompt and answer together; null for as many as the model knows. Models with one set of
    /// rotary settings for short sequences and one for long ones get those that fit.
    /// </param>
    /// <exception cref="ModelFormatException">The architecture or one of its switches is not supported; the message names it.</exception>
    public static DecoderSpec Read(ModelConfig config, int? longestSequence = null)
    {
        var architecture = config.Texts("architectures") is [var only] ? only : null;
        if (architecture is null)
        {
            throw new ModelFormatException("config.json: architectures must name exactly one architecture.");
        }

        if (!s_readers.TryGetValue(architecture, out var read))
        {
            throw new ModelFormatException(
                $"config.json: the architecture {architecture} is not supported; supported are {string.Join(", ", s_readers.Keys)}.");
        }

        var spec = GgufSpec.Of(read(config), config);
        UnservedFields.Refuse(architecture, config);
        if (longestSequence is { } tokens)
        {
            spec = spec with { Rotaries = [.. spec.Rotaries.Select(rotary => rotary?.ForLongest(Math.Min(tokens, spec.ContextLength)))] };
        }

        CheckPositions(spec);
        return spec;
    }

    /// <summary>Numbers that are each possible may give none together.</summary>
    private static void CheckPositions(DecoderSpec spec)
    {
        foreach (var (rotary, headDim) in spec.Rotaries.Select((rotary, layer) => (rotary, spec.HeadDimOf(layer))).Distinct())
        {
            if (rotary is not null && (!float.IsFinite(rotary.AttentionFactor) || !rotary.InverseFrequencies(headDim).All(float.IsFinite)))
            {
                throw new ModelFormatException(
                    "config.json: the rotary settings (rope_theta, rope_scaling or rope_parameters) give frequencies that are not finite numbers.");
            }
        }
    }
}
