using Rill.Models;
using Rill.Models.Adapters;

namespace Rill.Core.Tests.Models.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private const string Llama = """
        {
          "architectures": ["LlamaForCausalLM"], "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
          "intermediate_size": 24, "vocab_size": 32, "max_position_embeddings": 64, "rms_norm_eps": 1e-5
        }
        """;

    private const string Query = "base_model.model.model.layers.0.self_attn.q_proj";
    private static readonly DecoderSpec s_spec = ArchitectureRegistry.Read(ModelConfig.Parse(Llama));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_OfAnAdapter_GivesItsMatricesAndScales()
    {
        Write([A(Query, 2, 16), B(Query, 16, 2)]);

        using var adapter = Read();

        var part = Assert.Single(adapter.Parts);
        Assert.Equal("model.layers.0.self_attn.q_proj", part.Key);
        Assert.Equal(4, part.Value.Scale);
        Assert.Equal([2, 16], part.Value.A.Shape);
        Assert.Equal(16, part.Value.Outputs);
        Assert.Equal(2, adapter.Rank);
    }

    /// <summary>Whatever changes what is computed changes the hash.</summary>
    [Fact]
    public void Hash_OfAnotherValueOrConfig_IsAnother()
    {
        var hashes = new HashSet<string>();
        foreach (var (value, alpha) in ((float, int)[])[(1, 8), (2, 8), (1, 9)])
        {
            Write([A(Query, 2, 16, value), B(Query, 16, 2)], $$"""{"peft_type":"LORA","r":2,"lora_alpha":{{alpha}}}""");
            using var adapter = Read();
            hashes.Add(Convert.ToHexString([.. adapter.Hash]));
        }

        Assert.Equal(3, hashes.Count);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "lone A", "but not base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight" },
        { "lone B", "but not base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight" },
        { "rank", "ask for [2, 16]" },
        { "inputs", "has the shape [2, 15]" },
        { "outputs", "has the shape [17, 2]" },
        { "dimensions", "has the shape [32]" },
        { "module", "changes model.layers.0.self_attn.z_proj, which LlamaForCausalLM does not have" },
        { "layer", "changes model.layers.1.self_attn.q_proj" },
        { "norm", "changes model.layers.0.input_layernorm" },
        { "expert", "changes model.layers.0.mlp.experts.0.up_proj" },
        { "embedding", "changes the embedding" },
        { "dora", "is of DoRA" },
        { "bias", "is a bias" },
        { "stranger", "neither an A nor a B" },
        { "prefix", "neither an A nor a B" },
        { "nothing", "holds no LoRA matrices" },
        { "type", "is of type F64" },
        { "nan", "not finite" },
        { "twice", "changes model.layers.0.self_attn.q_proj twice" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Read_OfWhatDoesNotFit_NamesIt(string fault, string expected)
    {
        Write(Broken(fault));

        Assert.Contains(expected, Assert.Throws<ModelFormatException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithoutItsFiles_SaysWhichAreMissing()
    {
        Assert.Contains("adapter_config.json does not exist", Assert.Throws<ModelFormatException>(Read).Message, StringComparison.Ordinal);

        File.WriteAllText(_directory.File("adapter_config.json"), """{"peft_type":"LORA","r":2}""");
        Assert.Contains("adapter_model.safetensors does not exist", Assert.Throws<ModelFormatException>(Read).Message, StringComparison.Ordinal);

        File.WriteAllText(_directory.File("adapter_model.bin"), "pickle");
        Assert.Contains("is a pickle", Assert.Throws<ModelFormatException>(Read).Message, StringComparison.Ordinal);
    }

    /// <summary>Thousands of mutated files: a refusal or an adapter, never another exception.</summary>
    [Fact]
    public void Read_OfMutatedFiles_RefusesOrReads()
    {
        Write([A(Query, 2, 16), B(Query, 16, 2)]);
        var random = new Random(11);
        foreach (var name in (string[])["adapter_config.json", "adapter_model.safetensors"])
        {
            var original = File.ReadAllBytes(_directory.File(name));
            for (var round = 0; round < 1_000; round++)
            {
                var bytes = original.ToArray();
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    bytes[random.Next(Math.Min(bytes.Length, 400))] = (byte)random.Next(256);
                }

                File.WriteAllBytes(_directory.File(name), bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
                var failure = Record.Exception(() => Read().Dispose());
                Assert.True(failure is null or ModelFormatException or ModelFileException, $"{failure}");
            }

            File.WriteAllBytes(_directory.File(name), original);
        }
    }

    private static SafetensorsWriter.Entry[] Broken(string fault) => fault switch
    {
        "lone A" => [A(Query, 2, 16)],
        "lone B" => [B(Query, 16, 2)],
        "rank" => [A(Query, 3, 16), B(Query, 16, 3)],
        "inputs" => [A(Query, 2, 15), B(Query, 16, 2)],
        "outputs" => [A(Query, 2, 16), B(Query, 17, 2)],
        "dimensions" => [SafetensorsWriter.Float32($"{Query}.lora_A.weight", [32], new float[32]), B(Query, 16, 2)],
        "module" => Pair("model.layers.0.self_attn.z_proj"),
        "layer" => Pair("model.layers.1.self_attn.q_proj"),
        "norm" => Pair("model.layers.0.input_layernorm"),
        "expert" => Pair("model.layers.0.mlp.experts.0.up_proj"),
        "embedding" => [SafetensorsWriter.Float32("base_model.model.model.embed_tokens.lora_embedding_A", [2, 32], new float[64])],
        "dora" => [SafetensorsWriter.Float32($"{Query}.lora_magnitude_vector", [16], new float[16])],
        "bias" => [SafetensorsWriter.Float32($"{Query}.lora_B.bias", [16], new float[16])],
        "stranger" => [SafetensorsWriter.Float32("base_model.model.lm_head.weight", [32, 16], new float[512])],
        "prefix" => [A("model.layers.0.self_attn.q_proj", 2, 16), B("model.layers.0.self_attn.q_proj", 16, 2)],
        "type" => [new($"{Query}.lora_A.weight", "F64", [2, 16], new byte[256]), B(Query, 16, 2)],
        "nan" => [A(Query, 2, 16, float.NaN), B(Query, 16, 2)],
        "twice" => [.. Pair("model.layers.0.self_attn.q_proj"), .. Pair("layers.0.self_attn.q_proj")],
        _ => [],
    };

    private static SafetensorsWriter.Entry[] Pair(string path) => [A("base_model.model." + path, 2, 16), B("base_model.model." + path, 16, 2)];

    private static SafetensorsWriter.Entry A(string module, int rank, int inputs, float value = 1) =>
        SafetensorsWriter.Float32($"{module}.lora_A.weight", [rank, inputs], Enumerable.Repeat(value, rank * inputs).ToArray());

    private static SafetensorsWriter.Entry B(string module, int outputs, int rank) =>
        SafetensorsWriter.Float32($"{module}.lora_B.weight", [outputs, rank], Enumerable.Repeat(1f, outputs * rank).ToArray());

    private LoraAdapter Read() => LoraAdapter.Read(ModelFiles.InDirectory(_directory.Path), s_spec);

    private void Write(SafetensorsWriter.Entry[] entries, string config = """{"peft_type":"LORA","r":2,"lora_alpha":8}""")
    {
        File.WriteAllText(_directory.File("adapter_config.json"), config);
        SafetensorsWriter.Write(_directory.File("adapter_model.safetensors"), entries);
    }
}
