using Rill.Core.Tests;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Packed checkpoints in the engine's own formats: what becomes of their numbers, and that the log says so.</summary>
public sealed class RepackedModelTests
{
    private const string Exactly = "repacked exactly", Scaled = "repacked with scales rounded to bf16", Again = "rounded again";

    // What activations of eight bits cost, and the embedding and the head in eight bits.
    private const double MostError = 4e-3;

    /// <summary>Scales in bf16 or powers of two, and numbers that fit: nothing changes.</summary>
    [SkippableTheory]
    [InlineData("checkpoints", "ct-pack-int4-g128-sym", TorchDataType.Q4)]
    [InlineData("checkpoints", "ct-pack-int4-g128-sym", TorchDataType.Q8)]
    [InlineData("checkpoints", "ct-pack-int4-g32-asym", TorchDataType.Q8)]
    [InlineData("checkpoints", "ct-pack-int8-channel", TorchDataType.Q8)]
    [InlineData("checkpoints", "mxfp4-gptoss", TorchDataType.Q8)]
    public void Load_NumbersAndScalesThatFit_AreRepackedExactly(string kind, string name, TorchDataType type)
    {
        var model = Find(kind, name);
        using var runner = Load(model, type);

        Assert.Equal($"{type} (quantized at this start; packed weights: 100 % {Exactly})", runner.Precision);
        AssertClose(runner, model);
    }

    /// <summary>Scales in f16: the numbers stay, the scale loses three bits.</summary>
    [SkippableTheory]
    [InlineData("checkpoints", "gptq-g128-sym", TorchDataType.Q4)]
    [InlineData("checkpoints", "gptq-wholerow-sym", TorchDataType.Q4)]
    [InlineData("checkpoints", "gptq-g32-asym", TorchDataType.Q8)]
    [InlineData("checkpoints", "awq-g128", TorchDataType.Q8)]
    [InlineData("gguf", "llama-q4_0.gguf", TorchDataType.Q4)]
    [InlineData("gguf", "qwen3-q5_0.gguf", TorchDataType.Q8)]
    [InlineData("gguf", "llama-q8_0.gguf", TorchDataType.Q8)]
    [InlineData("gguf", "qwen3-iq4_nl.gguf", TorchDataType.Q8)]
    public void Load_NumbersThatFitWithScalesInFloat16_KeepsTheNumbers(string kind, string name, TorchDataType type)
    {
        var model = Find(kind, name);
        using var runner = Load(model, type);

        Assert.Contains(Scaled, runner.Precision, StringComparison.Ordinal);
        Assert.DoesNotContain(Again, runner.Precision, StringComparison.Ordinal);
        AssertClose(runner, model);
    }

    /// <summary>Zero points that take numbers beyond four bits, groups across the engine's blocks, tables of sixteen values, offsets.</summary>
    [SkippableTheory]
    [InlineData("checkpoints", "ct-pack-int4-g32-asym", TorchDataType.Q4)]
    [InlineData("checkpoints", "gptq-g32-descact-sym", TorchDataType.Q4)]
    [InlineData("checkpoints", "bnb-nf4-double", TorchDataType.Q4)]
    [InlineData("checkpoints", "fp8-block128-qwen3moe", TorchDataType.Q8)]
    [InlineData("gguf", "llama-q4_k.gguf", TorchDataType.Q4)]
    public void Load_WhatTheFormatCannotHold_IsRoundedAgain(string kind, string name, TorchDataType type)
    {
        using var runner = Load(Find(kind, name), type);

        Assert.Contains(Again, runner.Precision, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Load_AgainAfterRepacking_SaysTheSame()
    {
        var cache = Directory.CreateTempSubdirectory("rill-repacked-");
        var model = Find("checkpoints", "gptq-g32-asym");
        string first;
        using (var runner = Load(model, TorchDataType.Q4, cache.FullName))
        {
            first = runner.Precision;
        }

        using (var second = Load(model, TorchDataType.Q4, cache.FullName))    // what the first keeps is written when it has ended
        {
            Assert.StartsWith("Q4 (quantized at this start; packed weights: ", first, StringComparison.Ordinal);
            Assert.Equal(first.Replace("quantized at this start", "kept by an earlier start", StringComparison.Ordinal), second.Precision);
        }

        cache.Delete(recursive: true);
    }

    private static PublishedModel Find(string kind, string name)
    {
        var path = Vectors.Path(kind, name);
        return kind == "gguf" ? PublishedModel.OfFile(path) : new(path);
    }

    private static TorchModelRunner Load(PublishedModel model, TorchDataType type, string cache = "off") =>
        TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions
        {
            DataType = type,
            SlotCount = 2,
            BlockSize = 4,
            KeyValueMemoryMiB = 256,
            KeyValueType = TorchDataType.Float32,
            ContextLength = 64,
            QuantizedCache = cache,
            Threads = 2,
        });

    private static void AssertClose(TorchModelRunner runner, PublishedModel model)
    {
        var logits = runner.Logits(model.Prompt, asPrompt: false);
        var vocabulary = runner.Spec.VocabularySize;
        Assert.All(model.Logits, expected =>
            Assert.InRange(PublishedModel.Error(logits.AsSpan(expected.Position * vocabulary, vocabulary), expected.Logits), 0, MostError));
    }
}
