using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>A runner behind the scheduler, without the engine's thread.</summary>
/// <param name="runner">Not disposed.</param>
/// <param name="blockCount">Blocks of KV memory that the scheduler may use; few for preemptions.</param>
/// <param name="tokenBudget">Tokens of a step.</param>
/// <param name="drafts">Guesses; null for none.</param>
internal sealed class ServedModel(TorchModelRunner runner, int blockCount = 200, int tokenBudget = 512, IDraftSource? drafts = null)
{
    private readonly Scheduler _scheduler = new(
        runner.Limits with { BlockCount = Math.Min(runner.Limits.BlockCount, blockCount) }, new EngineOptions { TokenBudget = tokenBudget }, drafts);

    /// <summary>Steps that were executed.</summary>
    public int Steps { get; private set; }

    /// <summary>Sequences that had to make room.</summary>
    public long Preemptions => _scheduler.Preemptions;

    /// <summary>Serves sequences to their ends, and returns the tokens of each.</summary>
    public List<SampledToken>[] Run(params Sequence[] sequences)
    {
        var tokens = Array.ConvertAll(sequences, _ => new List<SampledToken>());
        Array.ForEach(sequences, _scheduler.Add);
        while (_scheduler.Schedule() is { } batch)
        {
            Steps++;
            foreach (var update in _scheduler.Update(runner.Execute(batch)))
            {
                Assert.Null(update.Fault);
                tokens[Array.IndexOf(sequences, update.Sequence)].AddRange(update.Tokens.ToArray());
            }
        }

        return tokens;
    }
}
