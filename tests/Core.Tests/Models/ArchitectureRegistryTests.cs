using System.Text.Json.Nodes;
using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class ArchitectureRegistryTests
{
    [Fact]
    public void Read_Llama_GivesSizesAndDefaults()
    {
        var spec = Read("LlamaForCausalLM");

        Assert.Equal((2, 64, 4, 2, 16, 128, 100, 256), (spec.LayerCount, spec.HiddenSize, spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim, spec.FeedForwardSize, spec.VocabularySize, spec.ContextLength));
        Assert.Equal(1e-5f, spec.NormEpsilon);
        Assert.Equal(new RotarySpec(10_000), spec.Rotary);
        Assert.False(spec.QueryKeyValueBias || spec.OutputBias || spec.FeedForwardBias || spec.QueryKeyNorm || spec.TiedEmbeddings);
        Assert.Equal([null, null], spec.AttentionWindows);
        Assert.Equal((4 + 4) * 16, spec.QueryKeyValueSize);
    }

    [Fact]
    public void Read_LlamaSwitches_AreTaken()
    {
        var spec = Read("LlamaForCausalLM", """{"attention_bias":true,"mlp_bias":true,"tie_word_embeddings":true,"head_dim":32,"rope_theta":500000.0}""");

        Assert.True(spec.QueryKeyValueBias && spec.OutputBias && spec.FeedForwardBias && spec.TiedEmbeddings);
        Assert.Equal(32, spec.HeadDim);
        Assert.Equal(500_000, spec.Rotary.Theta);
    }

    [Theory]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}}""")]
    [InlineData("""{"rope_parameters":{"rope_type":"llama3","rope_theta":10000.0,"factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}}""")]
    public void Read_Llama3Scaling_IsTaken(string changes) =>
        Assert.Equal(new RotarySpec(10_000, new(8, 1, 4, 64)), Read("LlamaForCausalLM", changes).Rotary);

    [Fact]
    public void Read_MistralWindow_CoversAllLayers()
    {
        Assert.Equal([8, 8], Read("MistralForCausalLM", """{"sliding_window":8}""").AttentionWindows);
        Assert.Equal([null, null], Read("MistralForCausalLM", """{"sliding_window":null}""").AttentionWindows);
    }

    [Fact]
    public void Read_Qwen2_HasBiasesAndSlidesFromTheNamedLayerOn()
    {
        var spec = Read("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":8,"max_window_layers":1}""");

        Assert.True(spec.QueryKeyValueBias);
        Assert.False(spec.OutputBias || spec.QueryKeyNorm);
        Assert.Equal([null, 8], spec.AttentionWindows);
        Assert.Equal([null, null], Read("Qwen2ForCausalLM", """{"use_sliding_window":false,"sliding_window":8,"max_window_layers":1}""").AttentionWindows);
    }

    [Fact]
    public void Read_Qwen3_NormsHeadsAndHonoursLayerTypes()
    {
        var spec = Read("Qwen3ForCausalLM", """{"use_sliding_window":true,"sliding_window":8,"layer_types":["sliding_attention","full_attention"]}""");

        Assert.True(spec.QueryKeyNorm);
        Assert.False(spec.QueryKeyValueBias);
        Assert.Equal([8, null], spec.AttentionWindows);
    }

    [Theory]
    [InlineData("LlamaForCausalLM", 4, 16, null)]
    [InlineData("MistralForCausalLM", 8, 8, 4096)]
    [InlineData("Qwen2ForCausalLM", 32, 2, null)]
    [InlineData("Qwen3ForCausalLM", 32, 128, null)]
    public void Read_OfAbsentFields_TakesTheClasssDefaults_AndNullIsNone(string architecture, int keyValueHeads, int headDim, int? window)
    {
        var heads = keyValueHeads;
        var absent = Read(architecture, $$"""{"num_attention_heads":{{heads}}}""", without: "num_key_value_heads");
        var none = Read(architecture, $$"""{"num_attention_heads":{{heads}},"num_key_value_heads":null,"head_dim":null,"sliding_window":null}""");

        Assert.Equal((keyValueHeads, headDim, window), (absent.KeyValueHeadCount, absent.HeadDim, absent.AttentionWindows[0]));
        Assert.Equal((heads, 64 / heads, null), (none.KeyValueHeadCount, none.HeadDim, none.AttentionWindows[0]));
    }

    [Fact]
    public void Read_OfAbsentKeyValueHeads_IsTheClasssNumberAndNotTheHeads() =>
        Assert.Equal(8, Read("MistralForCausalLM", """{"num_attention_heads":16}""", without: "num_key_value_heads").KeyValueHeadCount);

    [Fact]
    public void Read_Qwen2WindowWithoutItsWidth_TakesTheClasss() =>
        Assert.Equal([null, 4096], Read("Qwen2ForCausalLM", """{"use_sliding_window":true,"max_window_layers":1}""").AttentionWindows);

    [Theory]
    [InlineData("""{"rope_parameters":{"rope_type":"default","rope_theta":500000.0}}""", 500_000)]
    [InlineData("""{"rope_parameters":{"rope_theta":500000.0,"partial_rotary_factor":1.0}}""", 500_000)]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":{"type":"default","factor":null}}""", 500_000)]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":{},"rope_parameters":{"rope_theta":500000.0}}""", 500_000)]
    public void Read_PlainRotarySections_AreTaken(string changes, double theta) =>
        Assert.Equal(new RotarySpec(theta), Read("LlamaForCausalLM", changes).Rotary);

    [Theory]
    [InlineData("""{"rope_scaling":{"factor":4.0}}""", "rope_scaling has factor, which is not supported where no rope_type is named")]
    [InlineData("""{"rope_scaling":{"rope_type":"default","factor":4.0}}""", "rope_scaling has factor, which is not supported for the type 'default'")]
    [InlineData("""{"rope_parameters":{"full_attention":{"rope_type":"linear","factor":4.0,"rope_theta":1000000.0}}}""", "rope_parameters has full_attention")]
    [InlineData("""{"rope_parameters":{"rope_type":"default","partial_rotary_factor":0.5}}""", "partial_rotary_factor")]
    [InlineData("""{"rope_parameters":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64,"attention_factor":2.0}}""", "attention_factor")]
    [InlineData("""{"rope_parameters":{"rope_theta":500000.0},"rope_scaling":{"rope_theta":10000.0}}""", "say different things")]
    [InlineData("""{"rope_parameters":{"rope_type":"yarn"}}""", "rope_parameters of type 'yarn'")]
    public void Read_RotarySectionThatIsNotUnderstood_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => Read("LlamaForCausalLM", changes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"architectures":["GPT2LMHeadModel"]}""", "GPT2LMHeadModel is not supported")]
    [InlineData("""{"architectures":[]}""", "exactly one")]
    [InlineData("""{"hidden_act":"gelu"}""", "hidden_act 'gelu'")]
    [InlineData("""{"quantization_config":{"quant_method":"gptq"}}""", "quantization_config (gptq)")]
    [InlineData("""{"rope_scaling":{"type":"yarn","factor":4.0}}""", "type 'yarn'")]
    [InlineData("""{"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":4.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}}""", "high_freq_factor")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor")]
    [InlineData("""{"num_key_value_heads":3}""", "multiple of num_key_value_heads")]
    [InlineData("""{"head_dim":15}""", "even")]
    [InlineData("""{"hidden_size":null}""", "lacks hidden_size")]
    [InlineData("""{"hidden_size":-4}""", "hidden_size must be a whole number from 1 to 1048576")]
    [InlineData("""{"num_hidden_layers":2147483647}""", "num_hidden_layers must be a whole number from 1 to 4096, but is 2147483647")]
    [InlineData("""{"num_attention_heads":1073741824,"num_key_value_heads":1073741824}""", "num_attention_heads must be")]
    [InlineData("""{"head_dim":2147483646}""", "head_dim must be")]
    [InlineData("""{"intermediate_size":2147483647}""", "intermediate_size must be")]
    [InlineData("""{"vocab_size":2147483647}""", "vocab_size must be")]
    [InlineData("""{"hidden_size":"64"}""", "hidden_size must be a whole number")]
    [InlineData("""{"tie_word_embeddings":1}""", "tie_word_embeddings must be true or false")]
    public void Read_Unsupported_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => Read("LlamaForCausalLM", changes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"layer_types":["full_attention"]}""", "1 entries for 2 layers")]
    [InlineData("""{"layer_types":["full_attention","linear_attention"]}""", "'linear_attention'")]
    [InlineData("""{"layer_types":["full_attention","sliding_attention"],"sliding_window":null}""", "lacks sliding_window")]
    public void Read_BadLayerTypes_AreRefused(string changes, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => Read("MistralForCausalLM", changes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Parse_NoObject_IsRefused(string json) => Assert.Throws<ModelFormatException>(() => ModelConfig.Parse(json));

    [Fact]
    public void InverseFrequencies_Llama3Scaling_KeepsHighStretchesLowAndBlendsBetween()
    {
        var plain = new RotarySpec(10_000).InverseFrequencies(64);
        var scaled = new RotarySpec(10_000, new(8, 1, 4, 8192)).InverseFrequencies(64);

        Assert.Equal(plain[0], scaled[0]);
        Assert.Equal(plain[^1] / 8, scaled[^1], 1e-9f);

        var wavelength = 2 * Math.PI / plain[22];       // between 8192 / 4 and 8192 / 1
        var smooth = ((8192 / wavelength) - 1) / (4 - 1);
        Assert.InRange(smooth, 0.01, 0.99);
        Assert.Equal(((1 - smooth) * plain[22] / 8) + (smooth * plain[22]), scaled[22], 1e-8);
    }

    private static DecoderSpec Read(string architecture, string changes = "{}", string? without = null)
    {
        var config = JsonNode.Parse("""
            {
              "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128,
              "vocab_size": 100, "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "hidden_act": "silu"
            }
            """)!.AsObject();
        config["architectures"] = new JsonArray(architecture);
        config.Remove(without ?? "");
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[name] = value?.DeepClone();
        }

        return ArchitectureRegistry.Read(ModelConfig.Parse(config.ToJsonString()));
    }
}
