using Rill.Models;
using Rill.Models.Adapters;

namespace Rill.Core.Tests.Models.Adapters;

public class AdapterConfigTests
{
    private const string Module = "model.layers.0.self_attn.q_proj";

    [Theory]
    [InlineData("""{"r":8,"lora_alpha":16}""", 8, 2)]
    [InlineData("""{"r":16}""", 16, 0.5)]
    [InlineData("""{"r":16,"lora_alpha":8,"use_rslora":true}""", 16, 2)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"q_proj":4}}""", 4, 4)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"self_attn.q_proj":2},"alpha_pattern":{"q_proj":3}}""", 2, 1.5)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"model.layers.0.self_attn.q_proj":1}}""", 1, 16)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"proj":1,"q_pro":1,"k_proj":1,"1.self_attn.q_proj":1}}""", 8, 2)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"layers\\.[0-3]\\..*q_proj":4,"q_proj":2}}""", 4, 4)]
    [InlineData("""{"r":8,"lora_alpha":16,"rank_pattern":{"layers\\.[1-3]\\..*q_proj":4,"self_attn.(q|v)_proj":2}}""", 2, 8)]
    public void Parse_OfRanksAndScales_IsAsPeftHasThem(string json, int rank, float scale)
    {
        var config = AdapterConfig.Parse(json.Replace("{\"r\"", "{\"peft_type\":\"LORA\",\"r\"", StringComparison.Ordinal));

        Assert.Equal(rank, config.RankOf(Module));
        Assert.Equal(scale, config.ScaleOf(Module));
    }

    [Theory]
    [InlineData("\"use_dora\":true", "use_dora is true")]
    [InlineData("\"lora_bias\":true", "lora_bias is true")]
    [InlineData("\"bias\":\"all\"", "bias is \"all\"")]
    [InlineData("\"modules_to_save\":[\"lm_head\"]", "modules_to_save is [\"lm_head\"]")]
    [InlineData("\"target_parameters\":[\"experts.down_proj\"]", "target_parameters")]
    [InlineData("\"layer_replication\":[[0,4]]", "layer_replication")]
    [InlineData("\"trainable_token_indices\":[1]", "trainable_token_indices")]
    [InlineData("\"alora_invocation_tokens\":[1]", "alora_invocation_tokens")]
    [InlineData("\"init_lora_weights\":\"pissa\"", "init_lora_weights is \"pissa\"")]
    [InlineData("\"of_tomorrow\":7", "of_tomorrow is 7")]
    [InlineData("\"r\":0", "r must be a whole number from 1 to 4096, but is 0")]
    [InlineData("\"r\":2147483648", "r must be a whole number")]
    [InlineData("\"lora_alpha\":\"8\"", "lora_alpha must be a number, but is \"8\"")]
    [InlineData("\"lora_alpha\":1e300", "lora_alpha must be a number")]
    [InlineData("\"use_rslora\":1", "use_rslora must be true or false")]
    [InlineData("\"rank_pattern\":[]", "rank_pattern must be an object")]
    [InlineData("\"rank_pattern\":{\"q_proj\":-1}", "rank_pattern.q_proj must be a whole number")]
    [InlineData("\"rank_pattern\":{\"(\":4}", "no regular expression")]
    [InlineData("\"rank_pattern\":{\"(?<=a)b\":4}", "no regular expression that is supported")]
    public void Parse_OfWhatIsNotServed_NamesTheField(string field, string expected)
    {
        var json = "{\"peft_type\":\"LORA\"," + (field.StartsWith("\"r\"", StringComparison.Ordinal) ? "" : "\"r\":8,") + field + "}";

        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => AdapterConfig.Parse(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"r":8}""", "lacks peft_type")]
    [InlineData("""{"peft_type":"IA3","r":8}""", "peft_type is \"IA3\", but only LORA is served")]
    [InlineData("""{"peft_type":"LORA"}""", "lacks r")]
    [InlineData("""{"peft_type":"LORA","r":8,"r":4}""", "not valid JSON")]
    public void Parse_OfWhatIsNoLoraConfig_SaysWhatIsMissing(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => AdapterConfig.Parse(json)).Message, StringComparison.Ordinal);

    /// <summary>An author is not trusted: neither thousands of expressions nor one that backtracks may hold a server up.</summary>
    [Fact]
    public void Parse_OfHostilePatterns_IsRefusedOrQuick()
    {
        var many = string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"(a|b){i}\":1"));
        Assert.Contains("expressions", Refusal("{\"rank_pattern\":{" + many + "}}"), StringComparison.Ordinal);
        Assert.Contains("at most 512", Refusal("{\"rank_pattern\":{\"" + new string('a', 513) + "\":1}}"), StringComparison.Ordinal);

        var slow = AdapterConfig.Parse("""{"peft_type":"LORA","r":8,"rank_pattern":{"(a+)+(a+)+(a+)+b":4}}""");
        Assert.Equal(8, slow.RankOf(new string('a', 5_000)));

        static string Refusal(string fields) => Assert.Throws<ModelFormatException>(
            () => AdapterConfig.Parse(fields.Replace("{\"rank", "{\"peft_type\":\"LORA\",\"r\":8,\"rank", StringComparison.Ordinal))).Message;
    }

    /// <summary>What PEFT itself writes with its defaults.</summary>
    [Fact]
    public void Parse_OfADefaultConfig_Passes()
    {
        var config = AdapterConfig.Parse("""
            {
              "alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": {"base_model_class": "X", "parent_library": "y"},
              "base_model_name_or_path": "org/base", "bias": "none", "corda_config": null, "ensure_weight_tying": false, "eva_config": null,
              "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true, "layer_replication": null,
              "layers_pattern": null, "layers_to_transform": [0, 1], "loftq_config": {}, "lora_alpha": 32, "lora_bias": false, "lora_dropout": 0.05,
              "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA", "peft_version": "0.18.0",
              "qalora_group_size": 16, "r": 16, "rank_pattern": {}, "revision": null, "target_modules": ["q_proj"], "target_parameters": null,
              "task_type": "CAUSAL_LM", "trainable_token_indices": null, "use_dora": false, "use_qalora": false, "use_rslora": false
            }
            """);

        Assert.Equal(2, config.ScaleOf(Module));
    }
}
