using Rill.Models;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>The router in tensor operations against the CPU's.</summary>
public sealed class GpuRouterTests
{
    private const int Rows = 9;

    public static TheoryData<string> Cases => [.. s_specs.Keys];

    private static readonly Dictionary<string, MoeSpec> s_specs = new()
    {
        ["softmax"] = Spec with { Score = RouterScore.SoftmaxAll },
        ["softmax, normalized and scaled"] = Spec with { Score = RouterScore.SoftmaxAll, Normalize = true, NormalizeEpsilon = 1e-3f, Scale = 2.5f },
        ["softmax over the chosen"] = Spec with { Score = RouterScore.SoftmaxTop },
        ["sigmoid with a selection bias"] = Spec with { Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true },
        ["softmax with a selection bias"] = Spec with { Score = RouterScore.SoftmaxAll, SelectionBias = true, Normalize = true },
        ["groups by their best"] = Spec with { Score = RouterScore.SoftmaxAll, Groups = 4, TopGroups = 2 },
        ["groups by their two best"] = Spec with
        {
            Score = RouterScore.Sigmoid, SelectionBias = true, Groups = 3, TopGroups = 1, GroupScore = GroupScore.SumOfTwoBest,
        },
        ["groups of one"] = Spec with { Score = RouterScore.Sigmoid, Groups = 12, TopGroups = 5, GroupScore = GroupScore.SumOfTwoBest },
    };

    private static MoeSpec Spec => new() { Experts = 12, Top = 3, Width = 1 };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Choose_RandomLogits_ChoosesAndWeighsAsTheCpuDoes(string name)
    {
        NativeTorch.Load();
        using var scope = NewDisposeScope();
        var spec = s_specs[name];
        var random = new Generator(5);
        var logits = randn([Rows, spec.Experts], generator: random);
        var bias = spec.SelectionBias ? randn([spec.Experts], generator: random) : null;

        var (experts, weights) = new GpuRouter(spec, eye(spec.Experts), null, bias).Choose(logits);

        var cpu = new ExpertRouter(spec);
        for (var row = 0; row < Rows; row++)
        {
            var (expectedExperts, expectedWeights) = (new int[spec.Top], new float[spec.Top]);
            cpu.Choose(logits[row].data<float>().ToArray(), bias is null ? [] : bias.data<float>().ToArray(), expectedExperts, expectedWeights);
            var actual = experts[row].data<long>().ToArray().Zip(weights[row].data<float>().ToArray()).OrderBy(choice => choice.First).ToList();
            Assert.Equal(expectedExperts.Select(expert => (long)expert), actual.Select(choice => choice.First));
            Assert.All(expectedWeights.Zip(actual), pair => Assert.Equal(pair.First, pair.Second.Second, 1e-6f));
        }
    }
}
