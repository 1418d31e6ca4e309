using Rill.Models;
using Rill.Models.Adapters;

namespace Rill.Core.Tests.Models.Adapters;

/// <summary>Which rows of which of the decoder's matrices a module is, by the names of the base's own class.</summary>
public class AdapterModulesTests
{
    private const string Sizes = """
        "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 24, "vocab_size": 32,
        "max_position_embeddings": 64, "rms_norm_eps": 1e-5
        """;

    [Fact]
    public void Find_OfPhi3sFusedMatrices_GivesTheirRows()
    {
        var modules = Modules("Phi3ForCausalLM", Sizes);

        Assert.Equal(
            [("model.layers.0.self_attn.q_proj", 0, 16), ("model.layers.0.self_attn.k_proj", 16, 24), ("model.layers.0.self_attn.v_proj", 24, 32)],
            Rows(modules.Find("model.layers.0.self_attn.qkv_proj")));
        Assert.Equal(
            [("model.layers.0.mlp.gate_proj", 0, 24), ("model.layers.0.mlp.up_proj", 24, 48)],
            Rows(modules.Find("model.layers.0.mlp.gate_up_proj")));
        Assert.Null(modules.Find("model.layers.0.self_attn.q_proj"));
    }

    /// <summary>The class names its modules so, whatever the checkpoint calls them.</summary>
    [Fact]
    public void Find_OfGpt2sModules_KnowsThemByTheirClass()
    {
        var modules = Modules("GPT2LMHeadModel", "\"n_embd\": 16, \"n_layer\": 1, \"n_head\": 2, \"n_positions\": 32, \"vocab_size\": 32");

        Assert.Equal(3, modules.Find("transformer.h.0.attn.c_attn")!.Count);
        Assert.Equal(3, modules.Find("h.0.attn.c_attn")!.Count);
        Assert.Equal(64, Assert.Single(modules.Find("transformer.h.0.mlp.c_fc")!).Outputs);
        Assert.Equal(32, Assert.Single(modules.Find("lm_head")!).Outputs);    // tied, and yet a module of its own
    }

    [Theory]
    [InlineData("language_model.model.layers.0.self_attn.q_proj")]
    [InlineData("model.language_model.layers.0.self_attn.q_proj")]
    [InlineData("layers.0.self_attn.q_proj")]
    public void Find_InAWrapper_KnowsAllSpellings(string path)
    {
        var modules = new AdapterModules(ArchitectureRegistry.Read(ModelConfig.Parse(
            $$$"""{"architectures":["Mistral3ForConditionalGeneration"],"text_config":{"model_type":"mistral","head_dim":4,{{{Sizes}}}}}""")));

        Assert.Equal("model.layers.0.self_attn.q_proj", Assert.Single(modules.Find(path)!).Part);
    }

    /// <summary>llama.cpp's files of this class have the rows of queries and keys in another order, and other names.</summary>
    [Fact]
    public void Find_InAGgufFile_TurnsTheRowsOfQueriesAndKeys()
    {
        var modules = Modules("LlamaForCausalLM", Sizes + """, "gguf": {"architecture": "llama"}""");

        var query = Assert.Single(modules.Find("model.layers.0.self_attn.q_proj")!);
        var value = Assert.Single(modules.Find("model.layers.0.self_attn.v_proj")!);

        Assert.Equal("blk.0.attn_q", query.Part);
        Assert.Equal([0, 2, 1, 3, 4, 6, 5, 7], Enumerable.Range(0, 8).Select(row => query.Rows.At(row)));
        Assert.Equal("blk.0.attn_v", value.Part);
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, 4).Select(row => value.Rows.At(row)));
        Assert.Null(modules.Find("blk.0.attn_q"));
    }

    /// <summary>llama.cpp's files of this class have the value heads of delta nets in another order: what has rows or columns of them is no module.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(4, false)]
    public void Find_InAGgufFileWithTiledHeads_LeavesTheirMatricesOut(int valueHeads, bool isFound)
    {
        var modules = Modules("Qwen3_5ForCausalLM", Sizes.Replace("\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2", StringComparison.Ordinal) + $$$"""
            , "head_dim": 16, "linear_num_key_heads": 2, "linear_num_value_heads": {{{valueHeads}}}, "linear_key_head_dim": 4, "linear_value_head_dim": 4,
            "full_attention_interval": 2, "gguf": {"architecture": "qwen35"}
            """);

        Assert.All((string[])["in_proj_qkv", "in_proj_z", "in_proj_b", "out_proj"], part => Assert.Equal(isFound, modules.Find($"model.layers.0.linear_attn.{part}") is not null));
        Assert.NotNull(modules.Find("model.layers.1.self_attn.q_proj"));
    }

    private static AdapterModules Modules(string architecture, string fields) =>
        new(ArchitectureRegistry.Read(ModelConfig.Parse($$$"""{"architectures":["{{{architecture}}}"],{{{fields}}}}""")));

    private static IEnumerable<(string, int, int)> Rows(IReadOnlyList<AdapterTarget>? targets) =>
        targets!.Select(target => (target.Part, (int)target.Rows.At(0), (int)target.EndRow));
}
