using Rill.Core.Tests.Models.Gguf;
using Rill.Models;

namespace Rill.Core.Tests.Models;

/// <summary>What loading holds beside the files: as little as what is being read.</summary>
public sealed class LoadingMemoryTests : IDisposable
{
    private const int Experts = 8, Width = 64, Hidden = 32, MatrixBytes = Width * Hidden * sizeof(float);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Get_OfStackedExperts_UnpacksOneAtATime()
    {
        File.WriteAllBytes(_directory.File("m.gguf"), Mixture());
        using var files = ModelFiles.At(_directory.File("m.gguf"));
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        using var weights = ModelWeights.Open(files, spec);
        DecoderTensors.Check(spec, weights);

        foreach (var (name, shape) in DecoderTensors.Matrices(spec))
        {
            var weight = weights.Get(name, shape);
            var expert = Enumerable.Range(0, Experts).FirstOrDefault(number => name.Contains($".experts.{number}.", StringComparison.Ordinal));
            Assert.Equal(expert, First(weight));
            weights.Release(weight, 0, weight.ByteCount);
        }

        Assert.Equal(MatrixBytes, weights.MostOwnBytes);
        Assert.Equal(0, weights.OwnBytes);
    }

    /// <summary>An embedding of some hundred thousand rows would take gigabytes in f32.</summary>
    [Theory]
    [InlineData(16, 16)]
    [InlineData(8, 24)]
    [InlineData(5, 7)]      // not where the format's own rows begin together
    public void GetRows_OfAPackedMatrix_UnpacksTheseAlone(int first, int count)
    {
        File.WriteAllText(_directory.File("config.json"), """{"quantization_config":{"quant_method":"awq","bits":4,"group_size":1}}""");
        SafetensorsWriter.Write(
            _directory.File("model.safetensors"),
            new("a.qweight", "I32", [1, 8], [.. Enumerable.Range(0, 8 * 4).Select(value => (byte)value)]), new("a.qzeros", "I32", [1, 8], new byte[8 * 4]),
            new("a.scales", "F16", [1, 64], [.. Enumerable.Repeat<byte[]>([0, 0x3C], 64).SelectMany(one => one)]));
        using var weights = ModelWeights.Open(_directory.Path);
        var all = Values(weights.Get("a.weight", 64, 1));
        using var fresh = ModelWeights.Open(_directory.Path);

        Assert.Equal(all[first..(first + count)], Values(fresh.GetRows("a.weight", new(first, count), 64, 1)));
        fresh.ReleaseRows("a.weight", new(first, count), 64, 1);

        Assert.Equal(0, fresh.OwnBytes);
        Assert.InRange(fresh.MostOwnBytes, count * sizeof(float), (count + 14) * sizeof(float));
    }

    [Fact]
    public void GetRows_OfOthers_AreAPartOfTheWhole()
    {
        SafetensorsWriter.Write(_directory.File("model.safetensors"), SafetensorsWriter.Float32("a", [4, 2], [0, 1, 2, 3, 4, 5, 6, 7]));
        using var weights = ModelWeights.Open(
            _directory.Path, Architectures.Configs.Read("LlamaForCausalLM") with { Recipes = new Dictionary<string, WeightRecipe> { ["turned"] = new("a") { Transposed = true } } });

        Assert.Equal([2, 3, 4, 5], Values(weights.GetRows("a", new(1, 2), 4, 2)));
        Assert.Equal([1, 3, 5, 7], Values(weights.GetRows("turned", new(1, 1), 2, 4)));
        weights.ReleaseRows("a", new(1, 2), 4, 2);
        weights.ReleaseRows("turned", new(1, 1), 2, 4);

        Assert.Equal(0, weights.OwnBytes);
    }

    [Fact]
    public void Get_OfCopiesOfAPackedTensor_LetsItGoWhenTheLastWasMade()
    {
        File.WriteAllText(_directory.File("config.json"), """{"quantization_config":{"quant_method":"fp8"}}""");
        SafetensorsWriter.Write(
            _directory.File("model.safetensors"),
            new("both", "F8_E4M3", [4, 2], [.. Enumerable.Repeat((byte)0x38, 8)]), SafetensorsWriter.Float32("both_scale_inv", [1], [2]));
        var spec = Architectures.Configs.Read("LlamaForCausalLM") with
        {
            Recipes = new Dictionary<string, WeightRecipe>
            {
                ["even"] = new("both") { Rows = new(0, 1, 2) }, ["turned"] = new("both") { Transposed = true, FirstColumn = 1 },
                ["odd"] = new("both") { Rows = new(1, 1, 2) },
            },
        };
        using var weights = ModelWeights.Open(_directory.Path, spec);

        var even = weights.Get("even", 2, 2);
        Assert.Equal((4 + 8) * sizeof(float), weights.OwnBytes);
        var odd = weights.Get("odd", 2, 2);
        Assert.Equal((4 + 4) * sizeof(float), weights.OwnBytes);
        weights.Release(even, 0, even.ByteCount);
        weights.Release(odd, 0, odd.ByteCount);

        Assert.Equal(0, weights.OwnBytes);
        Assert.Equal(16 * sizeof(float), weights.MostOwnBytes);
        Assert.Equal(2, First(weights.Get("turned", 2, 3)));    // unpacked once more, as it was let go
    }

    private static unsafe float[] Values(Weight weight) => new ReadOnlySpan<float>((void*)weight.Address, (int)weight.ElementCount).ToArray();

    private static unsafe float First(Weight weight) => *(float*)weight.Address;

    /// <summary>A layer of experts in Q8_0, each of whose weights is the expert's number; the rest in F32 and zero.</summary>
    private static byte[] Mixture()
    {
        var writer = new GgufWriter().With("general.architecture", "qwen3moe").WithFloats("token_embd.weight", [Hidden, 6], new float[Hidden * 6]);
        foreach (var (name, value) in ((string, int)[])
            [
                ("block_count", 1), ("context_length", 64), ("embedding_length", Hidden), ("feed_forward_length", Width), ("attention.head_count", 4),
                ("attention.head_count_kv", 2), ("expert_count", Experts), ("expert_used_count", 2), ("expert_feed_forward_length", Width),
            ])
        {
            writer.With($"qwen3moe.{name}", value);
        }

        writer.With("qwen3moe.attention.layer_norm_rms_epsilon", 1e-5f).WithFloats("output_norm.weight", [Hidden], new float[Hidden]);
        foreach (var (name, sizes) in ((string, ulong[])[])
            [
                ("attn_norm", [Hidden]), ("ffn_norm", [Hidden]), ("attn_q_norm", [8]), ("attn_k_norm", [8]),
                ("attn_q", [Hidden, 32]), ("attn_k", [Hidden, 16]),
                ("attn_v", [Hidden, 16]), ("attn_output", [32, Hidden]), ("ffn_gate_inp", [Hidden, Experts]),
            ])
        {
            writer.WithFloats($"blk.0.{name}.weight", sizes, new float[sizes.Aggregate(1, (product, size) => product * (int)size)]);
        }

        static byte[] Block(int value) => [0, 0x3C, .. Enumerable.Repeat((byte)value, 32)];    // a scale of 1
        byte[] stack = [.. Enumerable.Range(0, Experts * Width * Hidden / 32).SelectMany(block => Block(block / (Width * Hidden / 32)))];
        writer.WithTensor("blk.0.ffn_gate_exps.weight", 8, [Hidden, Width, Experts], stack);
        writer.WithTensor("blk.0.ffn_up_exps.weight", 8, [Hidden, Width, Experts], stack);
        return writer.WithTensor("blk.0.ffn_down_exps.weight", 8, [Width, Hidden, Experts], stack).ToArray();
    }
}
