using System.Globalization;
using Rill.Core.Tests;
using Rill.Models;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Gpu.Loading;

/// <summary>Weights on their way to a device: their bits, and what the host holds meanwhile.</summary>
public sealed class WeightCopyTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly DisposableStack _parts = new();
    private readonly ReplayingDevice _device = new();

    public WeightCopyTests() => NativeTorch.Load();

    public static TheoryData<string> Checkpoints => [.. Vectors.Folders("checkpoints"), "architectures/gpt2-prefix"];

    public static TheoryData<string> Arriving =>
        ["architectures/llama-plain", "architectures/gpt2-prefix", "architectures/gptoss-truncate", "architectures/phi3-mini-4k-window",
            "checkpoints/fp8-block128-qwen3moe", "checkpoints/mxfp4-gptoss"];

    public void Dispose() => _parts.Dispose();

    [Theory]
    [InlineData(false, torch.ScalarType.BFloat16, 100)]
    [InlineData(false, torch.ScalarType.Float32, 100)]
    [InlineData(false, torch.ScalarType.Float16, 1 << 20)]
    [InlineData(true, torch.ScalarType.BFloat16, 4)]
    [InlineData(true, torch.ScalarType.Float16, 100)]
    public void Fill_OfLayersSideBySide_GivesTheFilesNumbersInTheType(bool float32, torch.ScalarType type, int stagingBytes)
    {
        using var model = new TinyModel("Qwen2ForCausalLM", float32: float32, sharded: true);
        using var weights = ModelWeights.Open(model.Path, model.Spec);
        string[] names = ["model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.k_proj", "model.layers.1.self_attn.v_proj"];
        var placed = new DeviceWeights(weights, type, At(torch.CPU, stagingBytes), _parts);

        var (weight, bias) = placed.Linear(48, bias: true, (names[0], 48), (names[1], 16), (names[2], 16));
        placed.Fill();

        Assert.Equal([80, 48], weight.shape);
        Assert.Equal(type, weight.dtype);
        Assert.Equal(Expected(model, type, names.Select(name => name + ".weight")), Numbers(weight));
        Assert.Equal(Expected(model, type, names.Select(name => name + ".bias")), Numbers(bias!));
        Assert.Equal(0, _device.OpenMarks);
    }

    [Fact]
    public void Fill_OfSeveralPieces_WaitsForABufferBeforeItIsFilledAgain()
    {
        using var model = new TinyModel();
        using var weights = ModelWeights.Open(model.Path, model.Spec);
        var waits = 0;
        _device.Waited = () => waits++;
        var placed = new DeviceWeights(weights, torch.ScalarType.BFloat16, At(torch.CPU, 48 * 2 * 10), _parts);

        placed.Get("model.layers.0.mlp.up_proj.weight", 72, 48);    // eight pieces
        placed.Fill();

        Assert.Equal(8, waits);    // six times before a buffer is lent again, twice at the end
        Assert.Equal(0, _device.OpenMarks);
    }

    /// <summary>Where the device's own memory is none of the process's, a model's load takes the buffers and no more.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fill_OfALargeModel_HoldsLittleOfItInTheProcess(bool convert)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        using var model = new TinyModel(
            changes: """{"hidden_size":384,"intermediate_size":1536,"num_hidden_layers":5,"num_attention_heads":48,"num_key_value_heads":16}""", float32: true);
        using var weights = ModelWeights.Open(model.Path, model.Spec);
        Assert.InRange(weights.TotalBytes, 40 * MiB, 80 * MiB);
        var type = convert ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
        var device = new torch.Device(DeviceType.META);
        var place = At(device, MiB / 2);
        GC.Collect();
        var (before, most) = (Resident(), 0L);
        _device.Waited = () => most = Math.Max(most, Resident());

        var placed = new DeviceWeights(weights, type, place, _parts);
        var norm = new GpuNorm(model.Spec, type, fused: false);
        foreach (var layer in Enumerable.Range(0, model.Spec.LayerCount))
        {
            _ = new GpuLayer(model.Spec, new GpuLinears(placed, packed: null), placed, norm, new PlainKernels(norm), layer);
        }

        placed.Fill();

        Assert.NotEqual(0, most);
        Assert.InRange(most - before, long.MinValue, 8 * MiB);
    }

    /// <summary>What is unpacked, turned or put together is held in pieces, too, and comes to the same bits.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Load_ThroughSmallBuffers_GivesTheSameBits(string name)
    {
        var model = new PublishedModel(Vectors.Path(name.Contains('/') ? name.Split('/')[0] : "checkpoints", name.Split('/')[^1]));
        foreach (var type in (TorchDataType[])[TorchDataType.Float32, TorchDataType.BFloat16])
        {
            using var large = Load(ModelFiles.At(model.Path), type, stagingBytes: 1 << 20);
            using var small = Load(ModelFiles.At(model.Path), type, stagingBytes: 64);

            Assert.Equal(large.Logits(model.Prompt, asPrompt: true), small.Logits(model.Prompt, asPrompt: true));
        }
    }

    [SkippableTheory]
    [InlineData("gptq-g32-asym")]
    [InlineData("fp8-block128-f32scale-qwen3")]
    public void Fill_OfPackedMatrices_UnpacksNoMoreThanABuffer(string name)
    {
        const int staging = 4096;
        var files = ModelFiles.At(Vectors.Path("checkpoints", name));
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        using var weights = ModelWeights.Open(files, spec);
        var placed = new DeviceWeights(weights, torch.ScalarType.BFloat16, At(torch.CPU, staging), _parts);
        var (layer, outputs, inputs) = (spec.Names.Up(0), spec.FeedForwardSize, spec.HiddenSize);

        placed.Linear(inputs, bias: false, (layer, outputs));
        placed.Fill();

        Assert.True(outputs * inputs * sizeof(float) > staging);
        Assert.InRange(weights.MostOwnBytes, 1, staging);
        Assert.Equal(0, weights.OwnBytes);
    }

    /// <summary>Of files that are fetched meanwhile nothing is there but what was awaited, and what was passed is gone.</summary>
    [SkippableTheory]
    [MemberData(nameof(Arriving))]
    public void Load_OfArrivingFiles_ReadsNothingElse(string name)
    {
        var model = new PublishedModel(Vectors.Path(name.Split('/')[0], name.Split('/')[1]));
        using var there = Load(ModelFiles.At(model.Path), TorchDataType.Float32, stagingBytes: 1000);
        using var files = new ArrivingFiles(model.Path);
        using var arrived = Load(files, TorchDataType.Float32, stagingBytes: 1000);

        Assert.Equal(there.Logits(model.Prompt, asPrompt: true), arrived.Logits(model.Prompt, asPrompt: true));
        Assert.True(files.IsComplete);
    }

    /// <summary>The fingerprint of a model must not depend on what has arrived by chance.</summary>
    [Fact]
    public void Hash_OfArrivingFiles_ReadsNoWeights()
    {
        using var model = new TinyModel();
        var hashes = Enumerable.Range(0, 2).Select(_ =>
        {
            using var files = new ArrivingFiles(model.Path);
            using var weights = ModelWeights.Open(files, model.Spec);
            return Convert.ToHexString(weights.Hash());
        });

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void Fill_WithAWeightMissing_LeavesNothing()
    {
        using var model = new TinyModel(edit: model => model.Weights.Remove("model.layers.0.self_attn.o_proj.weight"));
        using var weights = ModelWeights.Open(model.Path, model.Spec);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        var placed = new DeviceWeights(weights, torch.ScalarType.Float32, At(torch.CPU, 512), _parts);
        placed.Linear(48, bias: false, ("model.layers.0.self_attn.q_proj", 48));
        placed.Linear(48, bias: false, ("model.layers.0.self_attn.o_proj", 48));

        Assert.Throws<ModelFormatException>(placed.Fill);
        _parts.Dispose();

        Assert.InRange(torch.Tensor.TotalCount, long.MinValue, before);    // less where an earlier test's were collected meanwhile
        Assert.Equal(0, _device.OpenMarks);
    }

    [Fact]
    public void Load_OfANumberBeyondF16_NamesTheWeight()
    {
        using var model = new TinyModel(edit: model => model.Weights["model.layers.2.mlp.down_proj.weight"].Values[5] = 70144);

        var error = Assert.Throws<ModelFormatException>(() => Load(ModelFiles.At(model.Path), TorchDataType.Float16, stagingBytes: 1000));

        Assert.Equal(
            "model.layers.2.mlp.down_proj.weight holds numbers beyond 65504, the largest of f16; set Rill__Dtype to bf16 or f32.", error.Message);
    }

    private static TorchModelRunner Load(ModelFiles files, TorchDataType type, int stagingBytes) => TorchModelRunnerFactory.Load(files, new TorchRunnerOptions
    {
        DataType = type,
        SlotCount = 1,
        BlockSize = 4,
        ContextLength = 64,
        KeyValueMemoryMiB = 64,
        Threads = 2,
        UseGpuDecoder = true,
        StagingBytes = stagingBytes,
    });

    private GpuPlace At(torch.Device device, int stagingBytes) => new(device, _device, static _ => { }) { StagingBytes = stagingBytes };

    private static float[] Expected(TinyModel model, torch.ScalarType type, IEnumerable<string> names) =>
        [.. names.SelectMany(name => model.Weights[name].Values).Select(value => type == torch.ScalarType.Float16 ? (float)(Half)value : value)];

    private static float[] Numbers(torch.Tensor tensor)
    {
        using var wide = tensor.to_type(torch.ScalarType.Float32);
        return wide.data<float>().ToArray();
    }

    /// <summary>Bytes of memory and of mapped files that are in the process.</summary>
    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
}
