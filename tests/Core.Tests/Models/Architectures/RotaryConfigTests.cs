using Rill.Models;
using Rill.Models.Rotary;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>How rotary settings are spelled.</summary>
public sealed class RotaryConfigTests
{
    [Theory]
    [InlineData("""{"rope_parameters":{"rope_type":"default","rope_theta":500000.0}}""", 500_000)]
    [InlineData("""{"rope_parameters":{"rope_theta":500000.0,"partial_rotary_factor":1.0}}""", 500_000)]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":{"type":"default","factor":null}}""", 500_000)]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":{},"rope_parameters":{"rope_theta":500000.0}}""", 500_000)]
    [InlineData("""{"rope_theta":500000.0,"rope_scaling":{"type":"dynamic","factor":2.0}}""", 500_000)]
    public void Read_PlainRotarySections_AreTaken(string changes, double theta) =>
        Assert.Equal(new RotarySpec(theta), Configs.Read("LlamaForCausalLM", changes).Rotaries[0]);

    [Theory]
    [InlineData(
        """
        {"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}}
        """)]
    [InlineData(
        """
        {"rope_parameters":{"rope_type":"llama3","rope_theta":10000.0,"factor":8.0,
         "low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}}
        """)]
    public void Read_Llama3Scaling_IsTaken(string changes) =>
        Assert.Equal(
            new RotarySpec(10_000) { Scaling = new Llama3RotaryScaling(8, 1, 4, 64) }, Configs.Read("LlamaForCausalLM", changes).Rotaries[1]);

    [Fact]
    public void Read_TheSameFactorsInBothSections_IsOneScaling()
    {
        static string Section(string type, string factors) =>
            $$"""{"{{type}}":"longrope","original_max_position_embeddings":64,"short_factor":{{factors}},"long_factor":[2,2,2,2,2,2,2,2]}""";
        static string Both(string factors) =>
            $$"""{"rope_scaling":{{Section("type", "[1,1,1,1,1,1,1,1]")}},"rope_parameters":{{Section("rope_type", factors)}}}""";

        Assert.IsType<LongRopeRotaryScaling>(ScalingOf(Both("[1,1,1,1,1,1,1,1.0]")));
        Assert.Contains(
            "say different things",
            Assert.Throws<ModelFormatException>(() => ScalingOf(Both("[1,1,1,1,1,1,1,3]"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LinearScaling_IsTaken() =>
        Assert.Equal(new LinearRotaryScaling(4), ScalingOf("""{"rope_scaling":{"type":"linear","factor":4.0}}"""));

    [Fact]
    public void Read_YarnScaling_TakesDefaultsAndWhatIsGiven()
    {
        Assert.Equal(
            new YarnRotaryScaling(4, 64, (0.1 * Math.Log(4)) + 1),
            ScalingOf("""{"rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":64}}"""));
        Assert.Equal(
            new YarnRotaryScaling(8, 256, 1.5) { BetaFast = 16, BetaSlow = 2, Truncate = false },
            ScalingOf(
                """{"rope_parameters":{"rope_type":"yarn","factor":8,"beta_fast":16,"beta_slow":2,"truncate":false,"attention_factor":1.5}}"""));
    }

    [Fact]
    public void Read_YarnScalingWithBothMagnitudes_TakesTheirRatio() =>
        Assert.Equal(
            ((0.1 * 0.5 * Math.Log(40)) + 1) / ((0.1 * 0.8 * Math.Log(40)) + 1),
            ScalingOf(
                """
                {"rope_scaling":{"type":"yarn","factor":40,"original_max_position_embeddings":64,"mscale":0.5,"mscale_all_dim":0.8}}
                """)!.AttentionFactor, 1e-12);

    [Theory]
    [InlineData("longrope", null, true)]
    [InlineData("su", null, true)]
    [InlineData("yarn", null, true)]
    [InlineData("longrope", 64, false)]
    [InlineData("longrope", 65, true)]
    public void Read_LongRope_ChoosesItsFactorsOnceByTheLongestSequence(string type, int? longest, bool isLong)
    {
        var spec = Configs.Read("Phi3ForCausalLM", LongRope($$"""
            "type":"{{type}}","short_factor":[1,2,3,4,5,6,7,8],"long_factor":[9,10,11,12,13,14,15,16]
            """), longestSequence: longest);

        var scaling = Assert.IsType<LongRopeRotaryScaling>(spec.Rotaries[0]!.Scaling);
        Assert.Equal((64, isLong), (scaling.OriginalContext, scaling.IsLong));
        Assert.Equal(Math.Sqrt(1 + (Math.Log(4) / Math.Log(64))), scaling.AttentionFactor, 1e-12);
    }

    [Fact]
    public void Read_ShareOfTheHead_StandsOutsideOrInside()
    {
        Assert.Equal(8, Configs.Read("GlmForCausalLM", """{"head_dim":16}""").Rotaries[0]!.Dimensions);
        Assert.Equal(4, Configs.Read("GlmForCausalLM", """{"head_dim":16,"partial_rotary_factor":0.25}""").Rotaries[0]!.Dimensions);
        Assert.Equal(
            4,
            Configs.Read("GlmForCausalLM", """{"head_dim":16,"rope_parameters":{"partial_rotary_factor":0.25}}""").Rotaries[0]!.Dimensions);
        Assert.Null(Configs.Read("GlmForCausalLM", """{"head_dim":16,"partial_rotary_factor":1}""").Rotaries[0]!.Dimensions);
    }

    [Fact]
    public void Read_ProportionalScaling_TurnsPartOfTheWholeHead() =>
        Assert.Equal(
            new RotarySpec(1e6) { Scaling = new ProportionalRotaryScaling(0.25) },
            Configs.Read(
                "PhiForCausalLM",
                """
                {"hidden_act":null,"rope_parameters":{"rope_type":"proportional","rope_theta":1000000,"partial_rotary_factor":0.25}}
                """).Rotaries[0]);

    [Fact]
    public void Read_SectionsByLayerType_HoldForTheirLayers()
    {
        var spec = Configs.Read("Gemma3ForCausalLM", """
            {
              "num_hidden_layers":6, "hidden_act":null, "rope_parameters":{
                "full_attention":{"rope_type":"linear","factor":8.0,"rope_theta":500000},
                 "sliding_attention":{"rope_type":"default","rope_theta":20000}
              }
            }
            """);

        Assert.Equal(new RotarySpec(20_000), spec.Rotaries[0]);
        Assert.Equal(new RotarySpec(500_000) { Scaling = new LinearRotaryScaling(8) }, spec.Rotaries[5]);
    }

    [Theory]
    [InlineData("""{"rope_scaling":{"factor":4.0}}""", "rope_scaling has factor, which is not supported where no rope_type is named")]
    [InlineData(
        """{"rope_scaling":{"rope_type":"default","factor":4.0}}""",
        "rope_scaling has factor, which is not supported for the type 'default'")]
    [InlineData(
        """{"rope_parameters":{"full_attention":{"rope_type":"linear","factor":4.0,"rope_theta":1000000.0}}}""",
        "rope_parameters has full_attention")]
    [InlineData("""{"rope_parameters":{"rope_type":"default","partial_rotary_factor":0.5}}""", "partial_rotary_factor must be 1")]
    [InlineData("""{"partial_rotary_factor":0.5}""", "partial_rotary_factor must be 1")]
    [InlineData(
        """
        {"rope_parameters":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,
         "high_freq_factor":4.0,"original_max_position_embeddings":64,"attention_factor":2.0}}
        """,
        "attention_factor")]
    [InlineData(
        """
        {"rope_parameters":{"rope_type":"llama3","factor":8.0,"low_freq_factor":4.0,"high_freq_factor":1.0,"original_max_position_embeddings":64}}
        """,
        "high_freq_factor")]
    [InlineData("""{"rope_parameters":{"rope_theta":500000.0},"rope_scaling":{"rope_theta":10000.0}}""", "say different things")]
    [InlineData("""{"rope_parameters":{"rope_type":"ntk"}}""", "rope_parameters of type 'ntk'")]
    [InlineData("""{"rope_parameters":{"rope_type":"linear","type":"yarn","factor":2}}""", "the rope_type 'linear' and the type 'yarn'")]
    [InlineData("""{"rope_scaling":{"type":"linear"}}""", "lacks factor")]
    [InlineData("""{"rope_scaling":{"type":"yarn","factor":2,"beta_fast":1,"beta_slow":1}}""", "beta_fast")]
    [InlineData("""{"rope_scaling":{"type":"longrope","short_factor":[1],"long_factor":[1]}}""", "lacks original_max_position_embeddings")]
    [InlineData("""{"rope_theta":1.0}""", "rope_theta must exceed 1")]
    public void Read_SectionThatIsNotUnderstood_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("LlamaForCausalLM", changes), StringComparison.Ordinal);

    [Theory]
    [InlineData(""" "type":"su","short_factor":[1],"long_factor":[1] """, "short_factor of rope_scaling must have 8 entries, but has 1")]
    [InlineData(""" "type":"su","short_factor":[1,1,1,1,1,1,1,1] """, "lacks long_factor")]
    [InlineData(""" "type":"su","short_factor":[1,1,1,1,1,1,1,0],"long_factor":[1] """, "short_factor must be a list of positive numbers")]
    [InlineData(""" "type":"su","factor":3 """, "factor of rope_scaling must be max_position_embeddings")]
    public void Read_LongRopeThatCannotBe_IsRefusedByName(string section, string expected) =>
        Assert.Contains(expected, Configs.Refusal("Phi3ForCausalLM", LongRope(section)), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"head_dim":16,"partial_rotary_factor":0.2}""", "makes 3 elements")]
    [InlineData("""{"head_dim":16,"partial_rotary_factor":2}""", "at most 1")]
    public void Read_ShareThatCannotBe_IsRefusedByName(string changes, string expected) =>
        Assert.Contains(expected, Configs.Refusal("GlmForCausalLM", changes), StringComparison.Ordinal);

    [Fact]
    public void Read_LayerTypesBesideRopeScaling_AreRefused() =>
        Assert.Contains(
            "rope_scaling is there as well",
            Configs.Refusal("Olmo3ForCausalLM",
                """{"rope_parameters":{"full_attention":{}},"rope_scaling":{"type":"linear","factor":2}}"""), StringComparison.Ordinal);

    private static string LongRope(string section) =>
        $$"""{"original_max_position_embeddings":64,"sliding_window":null,"rope_scaling":{ {{section}} } }""";

    private static RotaryScaling? ScalingOf(string changes) => Configs.Read("LlamaForCausalLM", changes).Rotaries[0]!.Scaling;
}
