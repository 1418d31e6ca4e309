using Rill.Core.Tests.Models;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>GGUF files of models with a state give the logits of the models from which they were converted.</summary>
public sealed class ConvertedGgufTests : IDisposable
{
    private const string Delta = """
        "num_hidden_layers":3,"full_attention_interval":3,"linear_num_key_heads":2,"linear_num_value_heads":6,"linear_key_head_dim":8,"linear_value_head_dim":16
        """;

    private const string Experts = """
        "num_experts":6,"num_experts_per_tok":2,"moe_intermediate_size":24,"shared_expert_intermediate_size":16,"norm_topk_prob":true
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Qwen3_5ForCausalLM", "qwen35", true, "{" + Delta + "}")]
    [InlineData("Qwen3NextForCausalLM", "qwen3next", true, "{" + Delta + "," + Experts + "}")]
    [InlineData("Qwen3NextForCausalLM", "qwen3next", false, "{" + Delta + "," + Experts + "}")]
    [InlineData("Lfm2ForCausalLM", "lfm2", true, """{"full_attn_idxs":[1],"tie_embedding":false}""")]
    public void Execute_AConvertedModel_GivesItsLogits(string published, string architecture, bool apart, string changes)
    {
        using var model = new TinyModel(published, changes, float32: true);
        new ConvertedGguf(model, architecture) { Apart = apart }.Write(_directory.File("m.gguf"));

        var expected = Logits(model.Path);

        var logits = Logits(_directory.Path);
        Assert.InRange(PublishedModel.Error(logits, [.. expected.Select(logit => (double)logit)]), 0, 1e-10);
    }

    private static float[] Logits(string path)
    {
        using var runner = TorchModelRunnerFactory.Load(path, new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32, SlotCount = 4, BlockSize = 4, KeyValueMemoryMiB = 64, Threads = 2,
        });
        return runner.Logits(RunnerDriver.Prompt(30), asPrompt: true);
    }
}
