using System.Runtime.InteropServices;
using Rill.Bench.Engine;
using Rill.Bench.Models;
using Rill.Bench.Parity;
using Rill.Bench.Peer.Gguf;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Quality;

namespace Rill.FunctionApp.Tests.Bench;

/// <summary>What the benchmark writes for llama.cpp, held against llama.cpp itself.</summary>
public sealed class LlamaCppTests(KeptEnginesFixture fixture) : IClassFixture<KeptEnginesFixture>, IDisposable
{
    private const int Rows = 3, Columns = 64;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rill-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("q8")]
    [InlineData("q4")]
    public unsafe void BlockQuantizer_OnRandomRows_WritesWhatGgmlWrites(string formatName)
    {
        SkipWithoutPeer();
        var type = formatName == "q8" ? GgufType.Q8 : GgufType.Q4;
        var library = NativeLibrary.Load(Path.Combine(LlamaPackage.Libraries, "libggml-base.so"));
        var quantize = (delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint>)NativeLibrary.GetExport(library, "ggml_quantize_chunk");
        var bits = new ushort[Rows * Columns];
        RandomValues.Fill(bits, seed: 3, mean: 0, deviation: 0.1f);
        var values = bits.Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16)).ToArray();
        var blockBytes = type == GgufType.Q8 ? BlockQuantizer.Q8Bytes : BlockQuantizer.Q4Bytes;
        var (own, peer) = (new byte[values.Length / BlockQuantizer.Block * blockBytes], new byte[values.Length / BlockQuantizer.Block * blockBytes]);

        Action<ReadOnlySpan<float>, Span<byte>> write = type == GgufType.Q8 ? BlockQuantizer.ToQ8 : BlockQuantizer.ToQ4;
        write(values, own);
        fixed (float* source = values)
        fixed (byte* target = peer)
        {
            quantize((int)type, source, target, 0, Rows, Columns, null);
        }

        Assert.Equal(peer, own);
    }

    [SkippableTheory]
    [InlineData("f32", 0)]
    [InlineData("bf16", 0.5)]
    [InlineData("q8", 1)]
    [InlineData("q4", 6)]
    public void Write_OfARandomModel_GivesWhatLlamaCppComputesLikeRill(string formatName, float greatestLag)
    {
        SkipWithoutPeer();
        var format = WeightFormats.Find(formatName)!.Value;
        var (directory, file) = (Path.Combine(_directory.FullName, "model"), Path.Combine(_directory.FullName, "model.gguf"));
        RandomModel.Write(ModelShape.Tiny, directory);
        GgufWriter.Write(directory, file, format);
        var rill = fixture.Engines.With(new EngineSetup { IsPeer = false, Model = directory, Format = WeightFormat.F32 });
        var peer = fixture.Engines.With(new EngineSetup { IsPeer = true, Model = file, Format = format, FlashAttention = false });
        var prompt = new RandomTokens(ModelShape.Tiny.Vocabulary, seed: 9).Take(40);

        var answer = rill.Continue(prompt, 20);

        Assert.True(answer.Distinct().Count() > 5, $"The model repeats itself: {string.Join(' ', answer)}");
        Assert.InRange(peer.Lags([.. prompt, .. answer], 20).Max(), 0, greatestLag);
        if (format == WeightFormat.F32)
        {
            Assert.Equal(answer, peer.Continue(prompt, 20));
        }
    }

    [SkippableFact]
    public void Write_OfTheDefaultModel_GivesWhatLlamaCppComputesLikeRill()
    {
        SkipWithoutPeer();
        var model = QualityModel.Default(_directory.FullName, conversations: 1);
        using var rill = model.StartRill(WeightFormat.F32);
        using var peer = model.StartPeer(WeightFormat.F32);
        var expected = new TokenDistributions(rill.Logits(model.Texts[0], asPrompt: true), model.Vocabulary);

        foreach (var asPrompt in new[] { true, false })
        {
            var divergence = new Divergence();
            divergence.Add(expected, new TokenDistributions(peer.Logits(model.Texts[0], asPrompt), model.Vocabulary));

            Assert.InRange(divergence.Nats.Max, 0, 1e-5);
            Assert.Equal(model.Texts[0].Length, divergence.Nats.Count);
        }
    }

    /// <summary>Some of what <c>bench/run parity</c> compares: what differs most from Llama.</summary>
    [SkippableTheory]
    [InlineData("deepseek2, yarn, groups")]
    [InlineData("llama4")]
    [InlineData("phi3, longrope")]
    [InlineData("granitemoe, shared")]
    [InlineData("lfm2moe")]
    [InlineData("qwen3next, joined projections")]
    public void Parity_OfAnArchitecture_IsWhatLlamaCppComputes(string name)
    {
        SkipWithoutPeer();
        var model = ParityCases.All.Single(model => model.Name == name);

        var result = ParityResult.Of(model, _directory.FullName, fixture.Engines);

        Assert.True(result.IsAsExpected(model), $"{result}");
        Assert.InRange(result.Most, 1e-20, 1e-8);    // and not nothing held against nothing
    }

    private static void SkipWithoutPeer()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The peer's libraries are Linux's.");
        try
        {
            LlamaPackage.Ensure();
        }
        catch (InvalidOperationException obstacle)
        {
            Skip.If(Environment.GetEnvironmentVariable("CI") != "true", obstacle.Message);
            throw;
        }
    }
}

/// <summary>One child of each engine for all tests of the class.</summary>
public sealed class KeptEnginesFixture : IDisposable
{
    internal KeptEngines Engines { get; } = new();

    public void Dispose() => Engines.Dispose();
}
