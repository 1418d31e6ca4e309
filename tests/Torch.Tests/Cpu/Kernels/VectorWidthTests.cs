using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;
using Rill.Torch.Tests.DefaultModel;
using Rill.Torch.Tests.Models;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;

namespace Rill.Torch.Tests.Cpu.Kernels;

/// <summary>The default model generates the same tokens with narrower vectors, and with none through plain tensors.</summary>
public sealed class VectorWidthTests
{
    private const int Conversations = 2, Tokens = 12;

    private static readonly Lazy<List<int>> s_expected = new(Generate);

    [SkippableTheory]
    [InlineData("DOTNET_EnableAVX512", "0", "256")]
    [InlineData("DOTNET_PreferredVectorBitWidth", "128", "128")]
    [InlineData("DOTNET_EnableHWIntrinsic", "0", "none")]
    public async Task Generate_WithFewerInstructions_GivesTheSameTokens(string variable, string value, string width)
    {
        Skip.IfNot(Avx512F.IsSupported, "It takes a processor with AVX-512.");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { ArgumentList = { typeof(VectorWidthTests).Assembly.Location, "generate" } };
        start.Environment[variable] = value;

        var child = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);

        Assert.Equal(new ProcessResult(0, $"{width}\n{string.Join(' ', s_expected.Value)}\n", ""), child);
    }

    /// <summary>Prints the width of the vectors, then the tokens: what the child process does.</summary>
    internal static void Print()
    {
        Console.WriteLine(MatrixKernel.IsSupported ? MatrixKernel.VectorBits.ToString(CultureInfo.InvariantCulture) : "none");
        Console.WriteLine(string.Join(' ', Generate()));
    }

    /// <summary>Greedy answers to the prompts of some held-out conversations, f32 weights over each kind of cache.</summary>
    private static List<int> Generate()
    {
        NativeTorch.Load();
        var (model, tokenizer) = ModelDirectory.Read(ModelFolder.Path);
        model.Dispose();
        var generator = new CorpusGenerator(17);
        var prompts = Enumerable.Range(0, Conversations).Select(_ => tokenizer.Encode(string.Concat(
            ChatMarkup.Render(new Conversation([.. generator.NextHeldOut().Turns.SkipLast(1)]), addGenerationPrompt: true).Select(piece => piece.Text)))).ToList();
        return [.. new[] { TorchDataType.Float32, TorchDataType.BFloat16, TorchDataType.Q8 }.SelectMany(type => Generate(prompts, type))];
    }

    private static List<int> Generate(List<List<int>> prompts, TorchDataType keyValueType)
    {
        using var runner = TorchModelRunnerFactory.Load(ModelFolder.Path, new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32, KeyValueType = keyValueType, SlotCount = 1, BlockSize = 16, KeyValueMemoryMiB = 64, Threads = 2,
        });
        var answers = new List<int>();
        foreach (var prompt in prompts)
        {
            var sequence = RunnerDriver.NewSequence(0, prompt, new() { Temperature = 0 });
            for (var i = 0; i < Tokens; i++)
            {
                var token = RunnerDriver.Run(runner, sequence, sequence.PendingTokens).TokenId;
                sequence.Append(token);
                answers.Add(token);
            }
        }

        return answers;
    }
}
