using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Rill.Models;
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

/// <summary>Makes runners. Where that fails, nothing of what was made until then is left: no thread, no memory, no stream.</summary>
public static class TorchModelRunnerFactory
{
    /// <summary>Loads a Hugging Face model directory or a GGUF file and runs it once, so that the first request is as fast as the others.</summary>
    /// <exception cref="ModelFormatException">The directory, the architecture or the budget does not do; the message says why.</exception>
    /// <exception cref="DllNotFoundException">libtorch is missing.</exception>
    public static TorchModelRunner Load(string path, TorchRunnerOptions options) => Load(ModelFiles.At(path), options);

    /// <summary>Loads a model from its files and runs it once. The runner gives the weights' memory back when it is disposed.</summary>
    /// <exception cref="ModelFormatException">The files, the architecture or the budget do not do; the message says why.</exception>
    /// <exception cref="DllNotFoundException">libtorch is missing.</exception>
    public static TorchModelRunner Load(ModelFiles files, TorchRunnerOptions options)
    {
        NativeTorch.Load();
        using var inference = inference_mode();
        return DisposableStack.Build(parts => Create(files, options, parts));
    }

    private static TorchModelRunner Create(ModelFiles files, TorchRunnerOptions options, DisposableStack parts)
    {
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(files), options.ContextLength);
        var weights = parts.Own(ModelWeights.Open(files, spec));
        DecoderTensors.Check(spec, weights);
        if (RunnerTypes.QuantizedFormatOf(options.DataType) is not null)
        {
            weights.Expect(ReadPattern.Spots);    // where quantized weights are kept, the sample is all that is read
        }

        var sample = weights.Hash();
        var place = Place(options);
        parts.Own(place.Stream);
        if (place.Kernels is { } kernels)
        {
            parts.Own(kernels);
        }

        var types = RunnerTypes.Choose(options, spec, weights, place.Stream.Capability);
        if (types.Note is { } note)
        {
            options.Report(note);
        }

        if (types.Computing == ScalarType.Float16)
        {
            backends.cuda.matmul.allow_fp16_reduced_precision_reduction = false;    // sums of parts, kept in f16, may overflow
        }

        var threads = options.Threads ?? Environment.ProcessorCount;
        set_num_threads(threads);
        using var stream = place.Stream.Enter();
        place = types.OnTensors ? place with { Memory = DeviceMemoryChoice.Find(place.Device, options, parts) } : place;
        var budget = Budget(options, types, place, WeightBytes(spec, weights, types));
        var layout = Sizes(budget, spec, types.KeyValueFormat, place);
        var team = parts.Own(new ThreadTeam(threads));
        var quantized = types.Quantized is { } format ? parts.Own(Quantize(files, weights, sample, spec, format, options, team)) : null;
        var decoder = Decoder(spec, weights, types, layout, place, quantized, options, team, parts);
        var parameterCount = weights.ParameterCount;
        if (quantized is not null || types.OnTensors)
        {
            weights.Dispose();    // what the decoder needs of them are copies
        }

        var sampler = new Sampler(team);
        var highest = (decoder as GpuDecoder)?.Highest;
        var gpuSampler = types.OnTensors ? parts.Own(new GpuSampler(sampler, place.Stream, place.Device, highest)) : null;
        if (decoder is GpuDecoder gpu)
        {
            layout = Fit(gpu, gpuSampler!, spec, budget, layout, place, options);
        }

        var runner = new TorchModelRunner(place.Stream, decoder, sampler, new PromptScorer(team), gpuSampler, parts)
        {
            Limits = new(spec.VocabularySize, layout.ContextLength, layout.SlotCount, layout.BlockSize, layout.BlockCount)
            {
                TakesDrafts = !types.OnTensors && layout.StateBytes == 0,    // on a GPU a sequence with drafts leaves the captured step
                TokenBudget = options.StepTokensOn(place.Device.type),
                Overlaps = types.OnTensors && options.Overlap,
                StateBlocks = (int)Math.Min(layout.StateBlocks, int.MaxValue),
            },
            Spec = spec,
            Device = options.Device,
            DataType = types.Data,
            Precision = quantized is null ? $"{types.Data}" : $"{types.Data} ({quantized.Origin})",
            ParameterCount = parameterCount,
            Fingerprint = HashOf(files.Read(ModelFileNames.Config).Span, sample, types.Data, options, $"{place.Stream.Name} {decoder is GpuDecoder { UsesFlash: true }}"),
        };
        runner.WarmUp();
        quantized?.Keep();
        if (types.OnTensors)
        {
            quantized?.ReleaseWhenKept();    // the device has copies
        }

        return runner;
    }

    /// <summary>Before the weights are loaded: an estimate of what they leave.</summary>
    private static KeyValueBudget Budget(TorchRunnerOptions options, RunnerTypes types, GpuPlace place, long weightBytes)
    {
        var free = place.Stream.FreeMemory();
        DeviceRoom.Check(free, weightBytes, place.Stream.Name);
        return new()
        {
            MemoryMiB = options.KeyValueMemoryMiB,
            ContextLength = options.ContextLength,
            SlotCount = options.SlotCount,
            BlockSize = options.BlockSize,
            SlotsTakeMemory = types.OnTensors && place.Memory is null,
            PageBytes = place.Memory?.PageBytes ?? 0,
            FitsItself = types.OnTensors,
            FreeOnDevice = free - weightBytes,
        };
    }

    /// <summary>
    /// Sizes to load with: where memory comes on demand all that was asked for, which is only addresses. What cannot fit in any case is refused
    /// before the weights are loaded.
    /// </summary>
    private static KeyValueLayout Sizes(KeyValueBudget budget, DecoderSpec spec, KeyValueFormat format, GpuPlace place)
    {
        var planned = (budget with { IsMeasured = place.Memory is not null }).Plan(spec, format);
        return place.Memory is null ? planned : budget.Addresses(spec, format);
    }

    /// <summary>Once the weights are there: the largest step shows how much memory there is for keys and values.</summary>
    private static KeyValueLayout Fit(
        GpuDecoder decoder, GpuSampler sampler, DecoderSpec spec, KeyValueBudget budget, KeyValueLayout layout, GpuPlace place,
        TorchRunnerOptions options)
    {
        if (place.Memory is { } memory)
        {
            if (place.Stream.FreeMemory() is not null)
            {
                LargestStep.Run(decoder, sampler, layout, options.StepTokensOn(place.Device.type));
                decoder.CaptureSteps();
                place.Stream.Synchronize();    // only then are its pages free to be counted
                budget = budget with { FreeOnDevice = place.Stream.FreeMemory() + memory.TakenBytes, IsMeasured = true };
            }

            layout = budget.Plan(spec, layout.Format);
        }

        decoder.AddBlocks(layout.BlockCount, budget.Bytes);
        if (budget.Shortfall(layout, spec) is { } sentence)
        {
            options.Report(sentence);
        }

        return layout;
    }

    /// <summary>What the weights take on a GPU.</summary>
    private static long WeightBytes(DecoderSpec spec, ModelWeights weights, RunnerTypes types) => types.Quantized is { } format
        ? new QuantizedTable(spec, format).ByteCount + PackedWeights.MostScratchBytes
        : weights.ParameterCount * types.WeightBytes;

    private static IDecoder Decoder(
        DecoderSpec spec, ModelWeights weights, RunnerTypes types, KeyValueLayout layout, GpuPlace place, QuantizedWeights? quantized,
        TorchRunnerOptions options, ThreadTeam team, DisposableStack parts)
    {
        return (types.OnTensors, types.KeyValues) switch
        {
            (true, _) => new GpuDecoder(spec, weights, Packed(quantized), types.Computing, layout, place, parts),
            (_, TorchDataType.Float32) => OnCpu<Float32Elements>(),
            (_, TorchDataType.Q8) => OnCpu<Int8Elements>(),
            _ => OnCpu<BFloat16Elements>(),
        };

        CpuDecoder<T> OnCpu<T>() where T : ICacheElements => new(spec, weights, types.Computing, layout, team, parts, quantized, options.PackWeights);
    }

    /// <summary>The quantized matrices by name, as a GPU's decoder takes them.</summary>
    private static Func<string, PackedPanels>? Packed(QuantizedWeights? quantized) => quantized is null ? null : name =>
    {
        var matrix = quantized.Matrix(name);
        return new(matrix.Format == QuantizedFormat.Q8 ? 8 : 4, matrix.Outputs, matrix.Inner, matrix.Start);
    };

    private static QuantizedWeights Quantize(
        ModelFiles files, ModelWeights weights, byte[] sample, DecoderSpec spec, QuantizedFormat format, TorchRunnerOptions options, ThreadTeam team)
    {
        var table = new QuantizedTable(spec, format);
        var file = QuantizedPlace.Of(files, format, options.QuantizedCache) is { } path
            ? new QuantizedFile(path, table, QuantizedPlace.SourceOf(files, weights, sample), options.Report)
            : null;
        return new(table, weights, file, team, options.Quantizing);
    }

    private static GpuPlace Place(TorchRunnerOptions options)
    {
        var device = FindDevice(options.Device);
        var onGpu = device.type == DeviceType.CUDA;
        var stepDevice = options.StepDevice ?? (onGpu ? CudaStream.Create(device) : new PlainDevice(device, "a CPU captures nothing"));
        var place = new GpuPlace(device, stepDevice, options.Report)
        {
            Graphs = options.CudaGraphs && (onGpu || options.StepDevice is not null),
            Kernels = options.Kernels ?? (onGpu ? new CudaKernelDevice(stepDevice.Handle) : null),
            Flash = options.Flash ?? (onGpu ? FlashKernel.TryForward : null),
            Inform = options.Inform,
        };
        return place with
        {
            MostCopiedBytes = options.MostCopiedBytes ?? place.MostCopiedBytes,
            CaptureTime = options.CaptureTime ?? place.CaptureTime,
            StagingBytes = options.StagingBytes ?? place.StagingBytes,
        };
    }

    private static Device FindDevice(string name)
    {
        if (name != "cpu" && !cuda.is_available())
        {
            throw new ModelFormatException($"The device {name} is not available: it needs an NVIDIA GPU, and a build with -p:TorchBackend=cuda or a PyTorch for CUDA in Rill__LibTorch.");
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
