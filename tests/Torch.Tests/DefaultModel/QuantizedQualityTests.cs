using Rill.Bench.Peer.Gguf;
using Rill.Bench.Quality;
using Rill.Core.Tests.Models;
using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Tests.Cpu.Kernels;
using Rill.TrainModel.Export;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>
/// The essence of <c>bench/run quality</c> without its peer: how far q8 and q4 move the default model's next-token distributions, and that
/// Rill's choice of codes is better than GGUF's plain formats.
/// </summary>
public sealed class QuantizedQualityTests
{
    private static readonly IReadOnlyList<int[]> Texts = ReadTexts();

    /// <summary>Bounds in nats: twice what was measured.</summary>
    [Theory]
    [InlineData(TorchDataType.Q8, 0.00135)]
    [InlineData(TorchDataType.Q4, 0.122)]
    public void Logits_Quantized_StayCloseToFloat32(TorchDataType type, double bound)
    {
        using var exact = Load(ModelFolder.Path, TorchDataType.Float32);
        using var quantized = Load(ModelFolder.Path, type);

        foreach (var asPrompt in new[] { true, false })
        {
            Assert.InRange(MeanDivergence(exact, quantized, asPrompt), bound / 100, bound);
        }
    }

    [Theory]
    [InlineData(TorchDataType.Q8)]
    [InlineData(TorchDataType.Q4)]
    public void Logits_OfQuantizedWeights_AreCloserThanThoseOfGgufsPlainFormat(TorchDataType type)
    {
        using var exact = Load(ModelFolder.Path, TorchDataType.Float32);
        using var own = WithWeights((values, rows, columns, isVocabulary) =>
        {
            using var matrix = new TestMatrix(type == TorchDataType.Q8 || isVocabulary ? QuantizedFormat.Q8 : QuantizedFormat.Q4, rows, columns, values);
            return matrix.Dequantized();
        });
        using var plain = WithWeights((values, _, _, isVocabulary) => type == TorchDataType.Q8 || isVocabulary ? PlainQ8(values) : PlainQ4(values));
        using var owns = Load(own.Path, TorchDataType.Float32);
        using var plains = Load(plain.Path, TorchDataType.Float32);

        Assert.InRange(MeanDivergence(exact, owns, asPrompt: false), 1e-6, MeanDivergence(exact, plains, asPrompt: false));
    }

    private static TorchModelRunner Load(string directory, TorchDataType type) => TorchModelRunnerFactory.Load(
        directory, new TorchRunnerOptions { DataType = type, SlotCount = 1, BlockSize = 16, KeyValueMemoryMiB = 64, Threads = 2, QuantizedCache = "off" });

    private static double MeanDivergence(TorchModelRunner exact, TorchModelRunner measured, bool asPrompt)
    {
        var divergence = new Divergence();
        foreach (var text in Texts)
        {
            divergence.Add(Distributions(exact, text, asPrompt), Distributions(measured, text, asPrompt));
        }

        return divergence.Mean;
    }

    private static TokenDistributions Distributions(TorchModelRunner runner, int[] text, bool asPrompt) =>
        new(runner.Logits(text, asPrompt), runner.Limits.VocabularySize);

    /// <summary>
    /// Conversations of the corpus that the committed weights learned, chat markup included. A file, since the bounds were measured on them:
    /// what the corpus becomes later moves nothing here.
    /// </summary>
    private static int[][] ReadTexts()
    {
        using var stream = typeof(QuantizedQualityTests).Assembly.GetManifestResourceStream("quality-texts.txt")!;
        using var reader = new StreamReader(stream);
        var tokenizer = TokenizerFile.Read(ModelFolder.File("tokenizer.json"));
        return [.. reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split("\n\n").Select(text => tokenizer.Encode(text + "\n").ToArray())];
    }

    /// <summary>The default model in f32, every matrix replaced by what a function makes of it.</summary>
    private static TemporaryDirectory WithWeights(Func<float[], int, int, bool, float[]> replace)
    {
        var directory = new TemporaryDirectory();
        File.Copy(ModelFolder.File("config.json"), directory.File("config.json"));
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(ModelFiles.InDirectory(ModelFolder.Path)));
        using var weights = ModelWeights.Open(ModelFolder.Path);
        SafetensorsWriter.Write(directory.File("model.safetensors"), [.. DecoderTensors.Of(spec).Select(tensor =>
        {
            var values = Widen(weights.Get(tensor.Name, tensor.Shape), tensor.Shape.Aggregate(1L, (product, length) => product * length));
            return SafetensorsWriter.Float32(tensor.Name, tensor.Shape, tensor.Shape is [var rows, var columns]
                ? replace(values, (int)rows, (int)columns, tensor.Name == spec.Names.Embedding)
                : values);
        })]);
        return directory;
    }

    private static unsafe float[] Widen(Weight weight, long count)
    {
        var values = new float[count];
        fixed (float* target = values)
        {
            RowKernels.Widen<BFloat16Elements>((void*)weight.Address, target, (int)count);
        }

        return values;
    }

    private static float[] PlainQ8(float[] values)
    {
        var blocks = new byte[values.Length / BlockQuantizer.Block * BlockQuantizer.Q8Bytes];
        BlockQuantizer.ToQ8(values, blocks);
        return [.. blocks.Chunk(BlockQuantizer.Q8Bytes).SelectMany(block => block.Skip(sizeof(ushort)).Select(code => (sbyte)code * Scale(block)))];
    }

    private static float[] PlainQ4(float[] values)
    {
        var blocks = new byte[values.Length / BlockQuantizer.Block * BlockQuantizer.Q4Bytes];
        BlockQuantizer.ToQ4(values, blocks);
        return [.. blocks.Chunk(BlockQuantizer.Q4Bytes).SelectMany(block =>
        {
            var codes = block[sizeof(ushort)..];
            return codes.Select(code => code & 15).Concat(codes.Select(code => code >> 4)).Select(code => (code - 8) * Scale(block));
        })];
    }

    private static float Scale(byte[] block) => (float)BitConverter.ToHalf(block);
}
