using Rill.Core.Tests.Models.Architectures;
using Rill.Models;

namespace Rill.Core.Tests.Models;

public sealed class ArchitectureRegistryTests
{
    [Fact]
    public void Read_Llama_GivesSizesAndDefaults()
    {
        var spec = Configs.Read("LlamaForCausalLM");

        Assert.Equal(
            (2, 64, 4, 2, 16, 128, 100, 256),
            (spec.LayerCount, spec.HiddenSize, spec.HeadCount, spec.KeyValueHeadCount, spec.HeadDim, spec.FeedForwardSize,
             spec.VocabularySize, spec.ContextLength));
        Assert.Equal(1e-5f, spec.NormEpsilon);
        Assert.Equal(new RotarySpec(10_000), spec.Rotaries[0]);
        Assert.False(spec.QueryKeyValueBias || spec.OutputBias || spec.FeedForwardBias || spec.TiedEmbeddings);
        Assert.Equal(QueryKeyNorm.None, spec.QueryKeyNorm);
        Assert.Equal([null, null], spec.AttentionWindows);
        Assert.Equal((4 + 4) * 16, spec.QueryKeyValueSizeOf(0));
    }

    [Fact]
    public void Read_LlamaSwitches_AreTaken()
    {
        var spec = Configs.Read(
            "LlamaForCausalLM", """{"attention_bias":true,"mlp_bias":true,"tie_word_embeddings":true,"head_dim":32,"rope_theta":500000.0}""");

        Assert.True(spec.QueryKeyValueBias && spec.OutputBias && spec.FeedForwardBias && spec.TiedEmbeddings);
        Assert.Equal(32, spec.HeadDim);
        Assert.Equal(500_000, spec.Rotaries[0]!.Theta);
    }

    [Fact]
    public void Read_MistralWindow_CoversAllLayers()
    {
        Assert.Equal([8, 8], Configs.Read("MistralForCausalLM", """{"sliding_window":8}""").AttentionWindows);
        Assert.Equal([null, null], Configs.Read("MistralForCausalLM", """{"sliding_window":null}""").AttentionWindows);
    }

    [Fact]
    public void Read_Qwen2_HasBiasesAndSlidesFromTheNamedLayerOn()
    {
        var spec = Configs.Read("Qwen2ForCausalLM", """{"use_sliding_window":true,"sliding_window":8,"max_window_layers":1}""");

        Assert.True(spec.QueryKeyValueBias);
        Assert.False(spec.OutputBias);
        Assert.Equal(QueryKeyNorm.None, spec.QueryKeyNorm);
        Assert.Equal([null, 8], spec.AttentionWindows);
        Assert.Equal(
            [null, null],
            Configs.Read("Qwen2ForCausalLM", """{"use_sliding_window":false,"sliding_window":8,"max_window_layers":1}""").AttentionWindows);
    }

    [Fact]
    public void Read_Qwen3_NormsHeadsAndHonoursLayerTypes()
    {
        var spec = Configs.Read(
            "Qwen3ForCausalLM", """{"use_sliding_window":true,"sliding_window":8,"layer_types":["sliding_attention","full_attention"]}""");

        Assert.Equal(QueryKeyNorm.Head, spec.QueryKeyNorm);
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
        var absent = Configs.Read(architecture, $$"""{"num_attention_heads":{{heads}}}""", without: "num_key_value_heads");
        var none = Configs.Read(
            architecture, $$"""{"num_attention_heads":{{heads}},"num_key_value_heads":null,"head_dim":null,"sliding_window":null}""");

        Assert.Equal((keyValueHeads, headDim, window), (absent.KeyValueHeadCount, absent.HeadDim, absent.AttentionWindows[0]));
        Assert.Equal((heads, 64 / heads, null), (none.KeyValueHeadCount, none.HeadDim, none.AttentionWindows[0]));
    }

    [Fact]
    public void Read_OfAbsentKeyValueHeads_IsTheClasssNumberAndNotTheHeads() =>
        Assert.Equal(8, Configs.Read("MistralForCausalLM", """{"num_attention_heads":16}""", without: "num_key_value_heads").KeyValueHeadCount);

    [Fact]
    public void Read_Qwen2WindowWithoutItsWidth_TakesTheClasss() =>
        Assert.Equal([null, 4096], Configs.Read("Qwen2ForCausalLM", """{"use_sliding_window":true,"max_window_layers":1}""").AttentionWindows);

    [Theory]
    [InlineData("""{"architectures":["MambaForCausalLM"]}""", "MambaForCausalLM is not supported")]
    [InlineData("""{"architectures":[]}""", "exactly one")]
    [InlineData("""{"hidden_act":"quick_gelu"}""", "hidden_act 'quick_gelu'")]
    [InlineData("""{"quantization_config":{"quant_method":"hqq"}}""", "quant_method 'hqq' is not supported")]
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
        Assert.Contains(
            expected, Assert.Throws<ModelFormatException>(() => Configs.Read("LlamaForCausalLM", changes)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"layer_types":["full_attention"]}""", "1 entries for 2 layers")]
    [InlineData("""{"layer_types":["full_attention","linear_attention"]}""", "'linear_attention'")]
    [InlineData("""{"layer_types":["full_attention","sliding_attention"],"sliding_window":null}""", "lacks sliding_window")]
    public void Read_BadLayerTypes_AreRefused(string changes, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<ModelFormatException>(() => Configs.Read("MistralForCausalLM", changes)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("[1]")]
    [InlineData("{")]
    public void Parse_NoObject_IsRefused(string json) => Assert.Throws<ModelFormatException>(() => ModelConfig.Parse(json));
}
