using Rill.Bench.Measure;

namespace Rill.Bench.Parts;

/// <summary>All servers under the same load in turn, over several rounds, so that what disturbs the machine disturbs them alike.</summary>
internal sealed class Comparison
{
    private readonly List<Dictionary<Subject, Round>> _rounds = [];

    /// <summary>Measures; every second round goes through the servers in the opposite order.</summary>
    public Comparison(ServingRig rig, int streams, int rounds, TimeSpan window)
    {
        Streams = streams;
        for (var i = 0; i < rounds; i++)
        {
            var order = i % 2 == 0 ? rig.Subjects : rig.Subjects.Reverse();
            _rounds.Add(order.ToDictionary(subject => subject, subject => Round.Measure(subject, streams, window, rig.Processes)));
        }
    }

    /// <summary>Streams open at once.</summary>
    public int Streams { get; }

    /// <summary>Microseconds of a process's CPU time for each token that the subject streamed, a value a round.</summary>
    public Summary CpuPerToken(Subject subject, int processId) =>
        new(_rounds.Select(round => CpuPerToken(round, subject, processId)));

    /// <summary>The first subject's CPU time per token divided by the second's, a value a round.</summary>
    public Summary CpuRatio(Subject subject, Subject peer) => new(_rounds.Select(round =>
        CpuPerToken(round, subject, subject.WorkerId) / CpuPerToken(round, peer, peer.WorkerId)));

    /// <summary>Milliseconds between chunks, over all streams and rounds.</summary>
    public Summary Gaps(Subject subject) => new(_rounds.SelectMany(round => round[subject].Gaps));

    /// <summary>The 99th percentile of the milliseconds between chunks, a value a round.</summary>
    public Summary GapTail(Subject subject) => new(_rounds.Select(round => new Summary(round[subject].Gaps).Percentile(99)));

    /// <summary>Tokens a second that one stream got on average.</summary>
    public double TokensPerSecond(Subject subject) =>
        _rounds.Average(round => round[subject].Tokens / round[subject].Elapsed.TotalSeconds / Streams);

    /// <summary>Tokens in a chunk on average.</summary>
    public double TokensPerChunk(Subject subject) => (double)_rounds.Sum(round => round[subject].Tokens) / _rounds.Sum(round => round[subject].Chunks);

    /// <summary>What a process uses while the others are measured is its idle rate, and no token's cost.</summary>
    private static double CpuPerToken(Dictionary<Subject, Round> round, Subject subject, int processId)
    {
        var idle = round.Where(pair => !pair.Key.Uses(processId)).Select(pair => pair.Value).ToList();
        var idleRate = idle.Sum(other => other.Cpu[processId].TotalSeconds) / idle.Sum(other => other.Elapsed.TotalSeconds);
        var own = round[subject];
        return (own.Cpu[processId].TotalSeconds - (idleRate * own.Elapsed.TotalSeconds)) * 1e6 / own.Tokens;
    }
}
