using Rill.Bench.Quality;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class DivergenceTests
{
    [Fact]
    public void DivergenceTo_OfKnownDistributions_IsTheirFormulas()
    {
        // p = (1/4, 3/4) and (1/2, 1/2), q = (1/2, 1/2) and (1/2, 1/2); what is added to all logits of a position changes nothing.
        var p = new TokenDistributions([0, MathF.Log(3), 5, 5], vocabulary: 2);
        var q = new TokenDistributions([-7, -7, 100, 100], vocabulary: 2);

        var divergences = p.DivergenceTo(q);

        Assert.Equal((0.25 * Math.Log(0.5)) + (0.75 * Math.Log(1.5)), divergences[0], tolerance: 1e-6);
        Assert.Equal(0, divergences[1], tolerance: 1e-12);
    }

    [Fact]
    public void DivergenceTo_OtherShape_IsRefused()
    {
        var two = new TokenDistributions([0, 1], vocabulary: 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => two.DivergenceTo(new TokenDistributions([0, 1, 2, 3], vocabulary: 2)));
    }

    [Fact]
    public void Add_OfTexts_CountsEveryPositionOnce()
    {
        var reference = new TokenDistributions([0, 1, 2, 2, 1, 0], vocabulary: 3);
        var other = new TokenDistributions([0, 1, 2, 0, 1, 2], vocabulary: 3);
        var divergence = new Divergence();

        divergence.Add(reference, reference);
        divergence.Add(reference, other);

        Assert.Equal(4, divergence.Nats.Count);
        Assert.Equal(0.75, divergence.EqualTop);
        Assert.Equal(divergence.Nats.Max / 4, divergence.Mean, tolerance: 1e-12);
    }
}
