using Rill.Bench.Measure;

namespace Rill.Bench.Quality;

/// <summary>How far next-token distributions lie from those of a reference, over all positions of some texts.</summary>
internal sealed class Divergence
{
    private readonly List<double> _nats = [];
    private int _equal;

    /// <summary>Mean Kullback-Leibler divergence from the reference, in nats.</summary>
    public double Mean => _nats.Average();

    /// <summary>All of them.</summary>
    public Summary Nats => new(_nats);

    /// <summary>Share of positions at which both have the same token likeliest.</summary>
    public double EqualTop => (double)_equal / _nats.Count;

    /// <summary>Adds a text's positions.</summary>
    public void Add(TokenDistributions reference, TokenDistributions measured)
    {
        _nats.AddRange(reference.DivergenceTo(measured));
        _equal += Enumerable.Range(0, reference.Positions).Count(position => reference.Likeliest(position) == measured.Likeliest(position));
    }
}
