using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.Core.Tests;
using Rill.Core.Tests.Models;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>
/// Classes of which nobody has published a small model, but whose decoder is another class's: its model, told as theirs would be, must give
/// its logits.
/// </summary>
public sealed class RetoldModelTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void Glm4MoeLite_IsDeepSeekV3() => AssertGivesTheLogits("deepseek-v3-groups", "Glm4MoeLiteForCausalLM", config =>
    {
        config.Remove("scoring_func");    // it knows no other
        return config;
    });

    [SkippableFact]
    public void GraniteMoeHybridOfAttention_IsGraniteMoeShared() => AssertGivesTheLogits("granitemoe-shared", "GraniteMoeHybridForCausalLM", Hybrid);

    [SkippableFact]
    public void GraniteMoeHybridWithoutExperts_IsGranite() => AssertGivesTheLogits(
        "granite-a",
        "GraniteMoeHybridForCausalLM",
        config =>
        {
            config["num_local_experts"] = 0;
            config["shared_intermediate_size"] = config["intermediate_size"]!.DeepClone();
            return Hybrid(config);
        },
        tensor => tensor.Name.Split(".mlp.") is [var layer, var part]    // gate and up get one name, and so are joined
            ? tensor with { Name = $"{layer}.shared_mlp.{(part == "down_proj.weight" ? "output" : "input")}_linear.weight" }
            : tensor);

    [SkippableFact]
    public void Qwen2_5_VL_IsQwen2() => AssertGivesTheLogits(
        "qwen2-tied",
        "Qwen2_5_VLForConditionalGeneration",
        config =>
        {
            config["rope_scaling"] = new JsonObject { ["type"] = "mrope", ["mrope_section"] = new JsonArray(2, 3, 3) };
            return config;
        });

    [SkippableFact]
    public void Qwen3VL_IsQwen3() => AssertGivesTheLogits(
        "qwen3-a",
        "Qwen3VLForConditionalGeneration",
        config =>
        {
            config["rope_scaling"] = JsonNode.Parse("""{"rope_type":"default","mrope_section":[6,5,5],"mrope_interleaved":true}""");
            return new() { ["text_config"] = config };
        },
        tensor => tensor with { Name = tensor.Name.Replace("model.", "model.language_model.", StringComparison.Ordinal) });

    private static JsonObject Hybrid(JsonObject config)
    {
        config["layer_types"] = new JsonArray([.. Enumerable.Repeat(0, (int)config["num_hidden_layers"]!).Select(_ => (JsonNode)"attention")]);
        config["position_embedding_type"] = "rope";
        config["mamba_d_state"] = 128;
        return config;
    }

    private void AssertGivesTheLogits(
        string vector, string architecture, Func<JsonObject, JsonObject> retell,
        Func<SafetensorsWriter.Entry, SafetensorsWriter.Entry>? rename = null)
    {
        var published = new PublishedModel(Vectors.Path("architectures", vector));
        var config = retell(JsonNode.Parse(File.ReadAllText(Path.Combine(published.Path, "config.json")))!.AsObject());
        config["architectures"] = new JsonArray(architecture);
        File.WriteAllText(_directory.File("config.json"), config.ToJsonString());
        var tensors = Read(Path.Combine(published.Path, "model.safetensors")).Select(rename ?? (tensor => tensor));
        SafetensorsWriter.Write(_directory.File("model.safetensors"), [.. tensors.GroupBy(tensor => tensor.Name).Select(Join)]);

        using var runner = TorchModelRunnerFactory.Load(_directory.Path, new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32,
            SlotCount = 4,
            BlockSize = 4,
            KeyValueMemoryMiB = 64,
            ContextLength = published.Prompt.Length,
            Threads = 2,
        });

        Assert.Equal(architecture, runner.Spec.Architecture);
        var logits = runner.Logits(published.Prompt, asPrompt: true);
        var vocabulary = runner.Spec.VocabularySize;
        Assert.All(published.Logits, expected => Assert.InRange(
            PublishedModel.Error(logits.AsSpan(expected.Position * vocabulary, vocabulary), expected.Logits), 0, 1e-9));
    }

    /// <summary>Matrices of one name are one, by rows.</summary>
    private static SafetensorsWriter.Entry Join(IEnumerable<SafetensorsWriter.Entry> parts) => parts.Aggregate((first, second) => first with
    {
        Shape = [first.Shape[0] + second.Shape[0], .. first.Shape.Skip(1)],
        Data = [.. first.Data, .. second.Data],
    });

    /// <summary>A file's tensors in the order of their names: a gate before its up.</summary>
    private static IEnumerable<SafetensorsWriter.Entry> Read(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(sizeof(long), length));
        return [.. header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__")
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)
            .Select(tensor => new SafetensorsWriter.Entry(
                tensor.Name, tensor.Value.GetProperty("dtype").GetString()!, tensor.Value.GetProperty("shape").Deserialize<long[]>()!,
                tensor.Value.GetProperty("data_offsets").Deserialize<int[]>() is [var first, var last]
                    ? bytes[(sizeof(long) + length + first)..(sizeof(long) + length + last)]
                    : []))];
    }
}
