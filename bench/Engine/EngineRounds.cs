using Rill.Bench.Measure;

namespace Rill.Bench.Engine;

/// <summary>
/// Both engines measured in turn, over several rounds: within a round one follows the other at once, and every second round begins with the
/// other. A ratio is taken within a round, so that what slows the machine for longer slows both.
/// </summary>
internal sealed class EngineRounds
{
    private readonly List<(double Rill, double Peer)> _rounds = [];

    /// <summary>Measures both engines once to warm up, and then in rounds.</summary>
    public EngineRounds(EngineMeasure measure, EngineProcess rill, EngineProcess peer, int rounds)
    {
        measure.TokensPerSecond(rill);
        measure.TokensPerSecond(peer);
        for (var round = 0; round < rounds; round++)
        {
            var peerFirst = round % 2 == 0 ? measure.TokensPerSecond(peer) : 0;
            var own = measure.TokensPerSecond(rill);
            _rounds.Add((own, peerFirst > 0 ? peerFirst : measure.TokensPerSecond(peer)));
        }
    }

    /// <summary>Rill's tokens a second, a value a round.</summary>
    public Summary Rill => new(_rounds.Select(round => round.Rill));

    /// <summary>The peer's.</summary>
    public Summary Peer => new(_rounds.Select(round => round.Peer));

    /// <summary>Rill's divided by the peer's.</summary>
    public Summary Ratio => new(_rounds.Select(round => round.Rill / round.Peer));
}
