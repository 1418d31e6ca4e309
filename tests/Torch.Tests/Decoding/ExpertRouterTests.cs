using Rill.Models;
using Rill.Torch.Decoding;

namespace Rill.Torch.Tests.Decoding;

public sealed class ExpertRouterTests
{
    private static readonly float[] s_logits = [0.5f, 2, -1, 1.5f, 0, 1, -2, 0.25f];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Choose_SoftmaxOverAll_TakesTheBest(bool normalize)
    {
        var (experts, weights) = Choose(new() { Experts = 8, Top = 2, Width = 1, Normalize = normalize });

        var total = normalize ? Math.Exp(2) + Math.Exp(1.5) : s_logits.Sum(logit => Math.Exp(logit));
        Assert.Equal([1, 3], experts);
        AssertClose([Math.Exp(2) / total, Math.Exp(1.5) / total], weights);
    }

    [Fact]
    public void Choose_SoftmaxOverTheBest_SumsToOne()
    {
        var (experts, weights) = Choose(new() { Experts = 8, Top = 3, Width = 1, Score = RouterScore.SoftmaxTop });

        var total = Math.Exp(2) + Math.Exp(1.5) + Math.Exp(1);
        Assert.Equal([1, 3, 5], experts);
        AssertClose([Math.Exp(2) / total, Math.Exp(1.5) / total, Math.Exp(1) / total], weights);
    }

    [Fact]
    public void Choose_WithABiasOfTheChoice_WeighsWithoutIt()
    {
        var bias = new float[8];
        bias[6] = 3;
        var (experts, weights) = Choose(
            new() { Experts = 8, Top = 2, Width = 1, Score = RouterScore.Sigmoid, SelectionBias = true, Normalize = true, Scale = 2.5f }, bias);

        var (first, second) = (Sigmoid(2), Sigmoid(-2));
        Assert.Equal([1, 6], experts);
        AssertClose([2.5 * first / (first + second), 2.5 * second / (first + second)], weights);
    }

    [Fact]
    public void Choose_BySoftmaxWithABiasOfTheChoice_WeighsWithoutIt()
    {
        var bias = new float[8];
        bias[6] = 1;
        var (experts, weights) = Choose(
            new() { Experts = 8, Top = 2, Width = 1, SelectionBias = true, Normalize = true, NormalizeEpsilon = 1e-12f }, bias);

        var total = Math.Exp(2) + Math.Exp(-2);
        Assert.Equal([1, 6], experts);
        AssertClose([Math.Exp(2) / total, Math.Exp(-2) / total], weights);
    }

    [Theory]
    [InlineData(GroupScore.Best, new[] { 0, 1 })]            // the first group has the best expert
    [InlineData(GroupScore.SumOfTwoBest, new[] { 2, 3 })]    // the second has the two best together
    public void Choose_AmongGroups_LeavesOutTheOthers(GroupScore score, int[] expected)
    {
        float[] logits = [2, -9, 1.9f, 1.8f, 0, 0, 0, 0];
        var spec = new MoeSpec { Experts = 8, Top = 2, Width = 1, Score = RouterScore.Sigmoid, Groups = 4, TopGroups = 1, GroupScore = score };

        Assert.Equal(expected, Choose(spec, logits: logits).Experts);
    }

    [Fact]
    public void Choose_AmongEqual_TakesTheFirst() =>
        Assert.Equal([0, 1], Choose(new() { Experts = 8, Top = 2, Width = 1 }, logits: new float[8]).Experts);

    private static (int[] Experts, float[] Weights) Choose(MoeSpec spec, float[]? bias = null, float[]? logits = null)
    {
        var (experts, weights) = (new int[spec.Top], new float[spec.Top]);
        new ExpertRouter(spec).Choose(logits ?? s_logits, bias, experts, weights);
        return (experts, weights);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static void AssertClose(double[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
}
