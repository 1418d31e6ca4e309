using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Layers;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>Runs a model directory's decoder with TorchSharp.</summary>
public sealed class TorchModelRunner : IModelRunner
{
    private readonly ModelWeights _weights;
    private readonly ThreadTeam _team;
    private readonly IStepDevice _stream;
    private readonly IDecoder _decoder;
    private readonly QuantizedWeights? _quantized;
    private readonly Sampler _sampler;
    private readonly GpuSampler? _tensorSampler;    // where the logits are not on the host

    private TorchModelRunner(ModelFiles files, ModelWeights weights, byte[] sample, DecoderSpec spec, TorchRunnerOptions options)
    {
        _weights = weights;
        Spec = spec;
        Device = options.Device;
        DataType = Choose(options.DataType, weights, spec);
        ParameterCount = weights.ParameterCount;
        var threads = options.Threads ?? Environment.ProcessorCount;
        set_num_threads(threads);
        var onTensors = options.UseGpuDecoder || options.Device != "cpu" || !MatrixKernel.IsSupported;
        var format = FormatOf(DataType);
        if (onTensors && format is not null)
        {
            throw new ModelFormatException($"{DataType} weights need the CPU's kernels, which serve neither the device {options.Device} nor a processor without fused multiply-add vectors; choose bf16 or f32.");
        }

        var place = Place(options);
        _stream = place.Stream;
        using var stream = _stream.Enter();
        var keyValueType = options.KeyValueType != TorchDataType.Auto && !onTensors ? options.KeyValueType : format is null ? DataType : TorchDataType.BFloat16;
        var freeOnDevice = _stream.FreeMemory() - (ParameterCount * SizeOf(DataType));
        var layout = new KeyValueBudget
        {
            MemoryMiB = options.KeyValueMemoryMiB,
            ContextLength = options.ContextLength,
            SlotCount = options.SlotCount,
            BlockSize = options.BlockSize,
            SlotsTakeMemory = onTensors,
            FreeOnDevice = freeOnDevice,
        }.Plan(spec, KeyValueFormatOf(keyValueType));
        Limits = new(spec.VocabularySize, layout.ContextLength, layout.SlotCount, layout.BlockSize, layout.BlockCount);
        _team = new(threads);
        _sampler = new(_team);
        _tensorSampler = onTensors ? new(_sampler) : null;
        var type = DataType == TorchDataType.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        _quantized = format is { } wanted ? Quantize(files, weights, sample, spec, wanted, options) : null;
        _decoder = (onTensors, keyValueType) switch
        {
            (true, _) => new GpuDecoder(spec, weights, type, layout, place),
            (_, TorchDataType.Float32) => new CpuDecoder<Float32Elements>(spec, weights, type, layout, _team, _quantized, options.PackWeights),
            (_, TorchDataType.Q8) => new CpuDecoder<Int8Elements>(spec, weights, type, layout, _team, _quantized, options.PackWeights),
            _ => new CpuDecoder<BFloat16Elements>(spec, weights, type, layout, _team, _quantized, options.PackWeights),
        };
        if (_quantized is not null)
        {
            weights.Dispose();    // norms and biases are copies
        }
    }

    /// <inheritdoc/>
    public ModelLimits Limits { get; }

    /// <summary>The model.</summary>
    public DecoderSpec Spec { get; }

    /// <summary>Where it runs, as configured.</summary>
    public string Device { get; }

    /// <summary>The type that it computes in; never <see cref="TorchDataType.Auto"/>.</summary>
    public TorchDataType DataType { get; }

    /// <summary>For the log: the type, and whether quantized weights were made at this start or an earlier one.</summary>
    public string Precision => _quantized is { } quantized ? $"{DataType} ({(quantized.WereKept ? "kept by an earlier start" : "quantized at this start")})" : $"{DataType}";

    /// <summary>Number of parameters in the weight files.</summary>
    public long ParameterCount { get; }

    /// <summary>For system_fingerprint: changes with the model, its weights, the type, the device and its name, its kind of attention, the width of its vectors and the build.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Loads a Hugging Face model directory and runs it once, so that the first request is as fast as the others.</summary>
    /// <exception cref="ModelFormatException">The directory, the architecture or the budget does not do; the message says why.</exception>
    /// <exception cref="DllNotFoundException">libtorch is missing.</exception>
    public static TorchModelRunner Load(string modelDirectory, TorchRunnerOptions options) => Load(ModelFiles.InDirectory(modelDirectory), options);

    /// <summary>Loads a model from its files and runs it once. The runner gives the weights' memory back when it is disposed.</summary>
    /// <exception cref="ModelFormatException">The files, the architecture or the budget do not do; the message says why.</exception>
    /// <exception cref="DllNotFoundException">libtorch is missing.</exception>
    public static TorchModelRunner Load(ModelFiles files, TorchRunnerOptions options)
    {
        NativeTorch.Load();
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files));
        var weights = ModelWeights.Open(files);
        try
        {
            DecoderTensors.Check(spec, weights);
            using var inference = inference_mode();
            var config = files.Read(ModelFileNames.Config);
            if (FormatOf(options.DataType) is not null)
            {
                weights.Expect(ReadPattern.Spots);    // where quantized weights are kept, the sample is all that is read
            }

            var sample = weights.Hash();
            var runner = new TorchModelRunner(files, weights, sample, spec, options);
            var place = $"{runner._stream.Name} {runner._decoder is GpuDecoder { UsesFlash: true }}";
            runner.Fingerprint = HashOf(config.Span, sample, runner.DataType, options, place);
            runner.WarmUp();
            runner._quantized?.Keep();
            return runner;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        using var inference = inference_mode();
        using var stream = _stream.Enter();
        foreach (var slot in batch.Released)
        {
            _decoder.ReleaseSlot(slot);
        }

        foreach (var block in batch.ReleasedBlocks)
        {
            _decoder.ReleaseBlock(block);
        }

        foreach (var copy in batch.Restores)
        {
            _decoder.Restore(copy);
        }

        var plan = StepPlan.Create(batch.Steps, Limits);
        using var logits = plan.Rows.Length == 0 ? null : _decoder.Forward(plan);
        foreach (var copy in batch.Saves)
        {
            _decoder.Save(copy);
        }

        var sampled = logits is null ? [] : Sample(logits, plan.Sampling);
        return [.. plan.Sampling.Select((sequence, index) => new StepResult(sequence, sampled.AsMemory(index, 1)))];
    }

    /// <summary>
    /// For measuring quality: the logits after each token of a text, [tokens, vocabulary] flattened, all of them computed as a prompt's tokens
    /// or all as a completion's. Uses slot 0, which must be free.
    /// </summary>
    internal float[] Logits(IReadOnlyList<int> text, bool asPrompt)
    {
        using var inference = inference_mode();
        using var stream = _stream.Enter();
        var rows = text.Select((token, position) => new TokenRow(token, position, 0)).ToArray();
        var sequence = new Sequence(-1, text, new SamplingParameters());
        using var logits = _decoder.Forward(new StepPlan(rows, asPrompt ? rows.Length : 0, [.. Enumerable.Range(0, rows.Length)], [.. Enumerable.Repeat(sequence, rows.Length)]));
        var values = logits!.cpu().data<float>().ToArray();
        _decoder.ReleaseSlot(0);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _stream.Dispose();
        _team.Dispose();
        _weights.Dispose();
    }

    private SampledToken[] Sample(Tensor logits, Sequence[] sequences) =>
        _tensorSampler?.Sample(logits, sequences) ?? _sampler.Sample(logits, sequences);

    /// <summary>Lets the code be compiled and libtorch's threads start: a chunk of prompt, then single tokens.</summary>
    private void WarmUp()
    {
        using var stream = _stream.Enter();
        var rows = Enumerable.Range(0, Math.Min(32, Limits.ContextLength)).Select(position => new TokenRow(0, position, 0)).ToArray();
        var plain = new Sequence(-1, [0], new SamplingParameters { TopP = 0.9f, TopK = 40 });
        var sequence = new Sequence(-1, [0], plain.Parameters with { TopLogprobs = 1 });    // on a GPU these are sampled on the host
        foreach (var step in new[] { rows, [rows[^1]], [rows[^1]] })
        {
            using var logits = _decoder.Forward(new StepPlan(step, step.Length == 1 ? 0 : step.Length, [step.Length - 1], [sequence]));
            Sample(logits!, [sequence]);
            Sample(logits!, [plain]);
        }

        _decoder.ReleaseSlot(0);
    }

    private static TorchDataType Choose(TorchDataType wanted, ModelWeights weights, DecoderSpec spec) => wanted switch
    {
        not TorchDataType.Auto => wanted,
        _ => ComputeType.Default(spec, weights) == WeightType.BFloat16 ? TorchDataType.BFloat16 : TorchDataType.Float32,
    };

    private QuantizedWeights Quantize(ModelFiles files, ModelWeights weights, byte[] sample, DecoderSpec spec, QuantizedFormat format, TorchRunnerOptions options)
    {
        var table = new QuantizedTable(spec, format);
        var file = QuantizedPlace.Of(files, format, options.QuantizedCache) is { } path
            ? new QuantizedFile(path, table, QuantizedPlace.SourceOf(files, weights, sample), options.Report)
            : null;
        return new(table, weights, file, _team, options.Quantizing);
    }

    private static QuantizedFormat? FormatOf(TorchDataType type) => type switch
    {
        TorchDataType.Q8 => QuantizedFormat.Q8,
        TorchDataType.Q4 => QuantizedFormat.Q4,
        _ => null,
    };

    private static KeyValueFormat KeyValueFormatOf(TorchDataType type) => type switch
    {
        TorchDataType.Float32 => KeyValueFormat.Float32,
        TorchDataType.BFloat16 => KeyValueFormat.BFloat16,
        TorchDataType.Q8 => KeyValueFormat.Q8,
        _ => throw new ModelFormatException($"Keys and values cannot be kept in {type}: choose auto, f32, bf16 or q8 (Rill__KvDtype)."),
    };

    private static int SizeOf(TorchDataType type) => type == TorchDataType.Float32 ? sizeof(float) : sizeof(ushort);

    private static GpuPlace Place(TorchRunnerOptions options)
    {
        var device = FindDevice(options.Device);
        var onGpu = device.type == DeviceType.CUDA;
        var place = new GpuPlace(device, options.StepDevice ?? (onGpu ? CudaStream.Create(device) : new PlainDevice(device, "a CPU captures nothing")), options.Report)
        {
            Graphs = options.CudaGraphs && (onGpu || options.StepDevice is not null),
            Flash = options.Flash ?? (onGpu ? FlashKernel.TryForward : null),
        };
        return options.MostCopiedBytes is { } bytes ? place with { MostCopiedBytes = bytes } : place;
    }

    private static Device FindDevice(string name)
    {
        if (name != "cpu" && !cuda.is_available())
        {
            throw new ModelFormatException($"The device {name} is not available: it needs an NVIDIA GPU and a build with -p:TorchBackend=cuda.");
        }

        return torch.device(name);
    }

    private static string HashOf(ReadOnlySpan<byte> config, byte[] sample, TorchDataType type, TorchRunnerOptions options, string place)
    {
        var build = typeof(TorchModelRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(config);
        hash.AppendData(sample);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type} {options.KeyValueType} {options.Device} {options.PackWeights} {place} {MatrixKernel.VectorBits} {build}")));
        return "fp_" + Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 6));
    }
}
