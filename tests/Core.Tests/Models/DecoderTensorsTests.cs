using Rill.Models;

namespace Rill.Core.Tests.Models;

/// <summary>What the headers of the weights alone show.</summary>
public sealed class DecoderTensorsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("LlamaForCausalLM", "{}")]
    [InlineData("Qwen2ForCausalLM", "{}")]
    [InlineData("Qwen3ForCausalLM", """{"tie_word_embeddings":true}""")]
    public void Check_OfWhatTheConfigDescribes_Passes(string architecture, string changes)
    {
        var spec = Spec(architecture, changes);

        Check(spec, DecoderTensors.Of(spec));
    }

    [Theory]
    [InlineData("model.layers.1.self_attn.rotary_emb.inv_freq", "{}")]
    [InlineData("lm_head.weight", """{"tie_word_embeddings":true}""")]
    [InlineData("model.layers.2.embed_tokens.weight", """{"num_nextn_predict_layers":1}""")]
    public void Check_OfWhatIsPublishedOnTheSide_Passes(string name, string changes)
    {
        var spec = Spec("LlamaForCausalLM", changes);

        Check(spec, DecoderTensors.Of(spec).Append((name, [2])));
    }

    [Theory]
    [InlineData("model.layers.2.mlp.up_proj.weight", "{}", "config.json names only 2 layers")]
    [InlineData("model.layers.3.mlp.up_proj.weight", """{"num_nextn_predict_layers":1}""", "config.json names only 2 layers")]
    [InlineData("model.layers.1.self_attn.q_proj.bias", "{}", "which LlamaForCausalLM does not have")]
    [InlineData("model.layers.x", "{}", "which LlamaForCausalLM does not have")]
    [InlineData("lm_head.bias", "{}", "which LlamaForCausalLM does not have")]
    public void Check_OfATensorThatWouldBePassedOver_NamesIt(string name, string changes, string expected)
    {
        var spec = Spec("LlamaForCausalLM", changes);

        var error = Assert.Throws<ModelFormatException>(() => Check(spec, DecoderTensors.Of(spec).Append((name, [2]))));

        Assert.Contains($"The weights hold {name}", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.layers.1.self_attn.k_proj.weight", true)]
    [InlineData("model.layers.1.self_attn.v_proj.weight", true)]
    [InlineData("model.layers.1.self_attn.k_norm.weight", true)]
    [InlineData("model.layers.1.self_attn.kv_proj.weight", false)]
    [InlineData("model.layers.0.self_attn.k_proj.bias", false)]
    public void Check_OfALayerThatReadsAnothersKeys_PassesOverItsOwnOnly(string name, bool passes)
    {
        var spec = Spec("Qwen3ForCausalLM", "{}") with { KeyValueSources = [0, 0] };
        var tensors = DecoderTensors.Of(spec).Append((name, [2]));

        Assert.Equal(passes ? null : typeof(ModelFormatException), Record.Exception(() => Check(spec, tensors))?.GetType());
    }

    [Fact]
    public void Check_OfAMissingHead_SaysWhatWouldTakeItsPlace()
    {
        var spec = Spec("LlamaForCausalLM", "{}");

        var error = Assert.Throws<ModelFormatException>(() => Check(spec, DecoderTensors.Of(spec).Where(tensor => tensor.Name != "lm_head.weight")));

        Assert.Contains("lm_head.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("tie_word_embeddings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfATransposedTensor_TellsBothShapes()
    {
        var spec = Spec("LlamaForCausalLM", "{}");

        var error = Assert.Throws<ModelFormatException>(() => Check(spec, DecoderTensors.Of(spec)
            .Select(tensor => tensor.Name.EndsWith("layers.1.mlp.down_proj.weight", StringComparison.Ordinal) ? (tensor.Name, [12, 8]) : tensor)));

        Assert.Contains("model.layers.1.mlp.down_proj.weight has the shape [12, 8], but config.json asks for [8, 12]", error.Message, StringComparison.Ordinal);
    }

    private static DecoderSpec Spec(string architecture, string changes) => ArchitectureRegistry.Read(ModelConfig.Parse($$"""
        {
          "architectures": ["{{architecture}}"], "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 4,
          "intermediate_size": 12, "vocab_size": 5, "max_position_embeddings": 16{{(changes == "{}" ? "" : "," + changes.Trim('{', '}'))}}
        }
        """));

    private void Check(DecoderSpec spec, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        SafetensorsWriter.Write(_directory.File("model.safetensors"), [.. tensors.Select(tensor =>
            SafetensorsWriter.Float32(tensor.Name, tensor.Shape, new float[tensor.Shape.Aggregate(1L, (product, length) => product * length)]))]);
        using var weights = ModelWeights.Open(_directory.Path);
        DecoderTensors.Check(spec, weights);
    }
}
