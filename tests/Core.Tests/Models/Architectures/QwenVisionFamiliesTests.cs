using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>Qwen's wrappers with a vision tower, of which the text is served: positions in time, height and width are one there.</summary>
public sealed class QwenVisionFamiliesTests
{
    private const string Qwen2_5 = "Qwen2_5_VLForConditionalGeneration";
    private const string Qwen3 = "Qwen3VLForConditionalGeneration";

    [Theory]
    [InlineData("""{"type":"mrope","mrope_section":[2,3,3]}""")]                              // as published
    [InlineData("""{"type":"default","rope_type":"default","mrope_section":[2,3,3]}""")]      // as saved again
    public void Read_Qwen2_5_VLWithoutTextConfig_IsQwen2(string scaling)
    {
        var spec = Configs.Read(Qwen2_5, $$"""
            {"rope_scaling":{{scaling}},"vision_config":{"hidden_size":8},"use_sliding_window":false,"sliding_window":32768,"max_window_layers":28}
            """);

        Assert.Equal(Qwen2_5, spec.Architecture);
        Assert.Equal([new RotarySpec(1e6), new RotarySpec(1e6)], spec.Rotaries);
        Assert.Equal([null, null], spec.AttentionWindows);
        Assert.True(spec is { QueryKeyValueBias: true, OutputBias: false, QueryKeyNorm: QueryKeyNorm.None, TiedEmbeddings: false });
    }

    [Fact]
    public void Read_Qwen2_5_VLThatWasSavedAgain_TakesTextConfig()
    {
        var spec = Configs.Read(Qwen2_5, """
            {"rope_theta":1000000.0,"rope_scaling":{"mrope_section":[2,3,3],"rope_type":"default","type":"default"},"sliding_window":32768,
             "use_sliding_window":false,"tie_word_embeddings":true,"hidden_size":8,
             "text_config":{"hidden_size":64,"num_hidden_layers":3,"num_attention_heads":8,"intermediate_size":128,"vocab_size":100,
             "max_position_embeddings":64,"rope_theta":5000,"sliding_window":8,"use_sliding_window":true,"max_window_layers":2}}
            """);

        Assert.Equal((64, 8, true), (spec.HiddenSize, spec.KeyValueHeadCount, spec.TiedEmbeddings));
        Assert.Equal(new RotarySpec(5000), spec.Rotaries[0]);
        Assert.Equal([null, null, 8], spec.AttentionWindows);
    }

    [Fact]
    public void Read_Qwen2_5_VLWithYarn_StretchesAsTextDoes() =>
        Assert.Equal(
            Configs.Read("Qwen2ForCausalLM", Yarn("")).Rotaries[0], Configs.Read(Qwen2_5, Yarn(""","mrope_section":[2,3,3]""")).Rotaries[0]);

    [Theory]
    [InlineData("""{"rope_scaling":{"type":"mrope","mrope_section":[2,3,3],"factor":2}}""", "rope_scaling has factor")]
    [InlineData("""{"rope_scaling":{"type":"trope"}}""", "of type 'trope' is not supported")]
    public void Read_Qwen2_5_VLsPositionsThatAreNotKnown_AreRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal(Qwen2_5, changes), StringComparison.Ordinal);

    [Fact]
    public void Read_MultiSectionOfAClassWithout_IsRefusedByName() =>
        Assert.Contains(
            "of type 'mrope' is not supported", Configs.Refusal("Qwen2ForCausalLM", """{"rope_scaling":{"type":"mrope"}}"""),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"rope_theta":5000000,"rope_scaling":{"mrope_interleaved":true,"mrope_section":[24,20,20],"rope_type":"default"}}""")]
    [InlineData("""{"rope_parameters":{"mrope_interleaved":true,"mrope_section":[24,20,20],"rope_type":"default","rope_theta":5000000}}""")]
    public void Read_Qwen3VL_IsQwen3(string rotary)
    {
        var spec = Configs.Read(Qwen3, Wrapped(rotary));

        Assert.Equal((Qwen3, 128, 32), (spec.Architecture, spec.HeadDim, spec.KeyValueHeadCount));
        Assert.Equal(new RotarySpec(5e6), spec.Rotaries[0]);
        Assert.Equal([null, null], spec.AttentionWindows);
        Assert.True(spec is { QueryKeyNorm: QueryKeyNorm.Head, QueryKeyValueBias: false, OutputBias: false, TiedEmbeddings: true });
    }

    [Theory]
    [InlineData("""{"rope_scaling":{"rope_type":"default"}}""", "text_config lacks rope_theta")]
    [InlineData("""{"rope_theta":5000000,"use_sliding_window":true}""", "use_sliding_window is true")]
    [InlineData("""{"rope_theta":5000000,"num_experts":8}""", "num_experts is 8")]
    public void Read_Qwen3VLThatIsNotUnderstood_IsRefusedByName(string members, string expected) =>
        Assert.Contains(expected, Configs.Refusal(Qwen3, Wrapped(members)), StringComparison.Ordinal);

    private static string Wrapped(string members) => """
        {"tie_word_embeddings":true,"text_config":{"hidden_size":64,"num_hidden_layers":2,"num_attention_heads":32,"intermediate_size":128,
         "vocab_size":100,"max_position_embeddings":64,
        """ + members[1..] + "}";

    private static string Yarn(string more) =>
        $$$"""{"rope_theta":1e6,"rope_scaling":{"type":"yarn","factor":4,"original_max_position_embeddings":64{{{more}}}}}""";
}
