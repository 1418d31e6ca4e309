using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Rill.Serving;

/// <summary>The engine's limits and policies. Bad values stop the start, not a request.</summary>
public sealed class EngineOptions
{
    /// <summary>Most sequences that run at once; the runner's slots and <see cref="TokenBudget"/> may lower it. In [1, 1024].</summary>
    [Range(1, 1_024)]
    public int MaxSequences { get; init; } = 64;

    /// <summary>
    /// Most tokens computed in one step: longer prompts are computed in chunks. In [1, 65536]; null for what suits the runner
    /// (<see cref="ModelLimits.TokenBudget"/>).
    /// </summary>
    [Range(1, 65_536)]
    public int? TokenBudget { get; init; }

    /// <summary>Places beyond the running ones: a request that finds none is refused. Each of n choices takes one. In [1, 65536].</summary>
    [Range(1, 65_536)]
    public int MaxQueuedRequests { get; init; } = 128;

    /// <summary>
    /// Most prompt tokens that may wait. A prompt counts for half of them at most, and one within its place's even share is always taken.
    /// In [1, 2^30].
    /// </summary>
    [Range(1, 1 << 30)]
    public int MaxQueuedTokens { get; init; } = 131_072;

    /// <summary>What happens to a sequence whose tokens are not fetched (contract B.13).</summary>
    [EnumDataType(typeof(SlowReaderPolicy))]
    public SlowReaderPolicy SlowReader { get; init; } = SlowReaderPolicy.Coalesce;

    /// <summary>Under <see cref="SlowReaderPolicy.Pause"/>: unread tokens at which a sequence stops. In [1, 65536].</summary>
    [Range(1, 65_536)]
    public int PauseAfterTokens { get; init; } = 64;

    /// <summary>True to keep computed blocks and reuse them for prompts that begin alike.</summary>
    public bool PrefixCache { get; init; } = true;

    /// <summary>Failed steps in a row after which the engine calls itself faulted. In [1, 1000].</summary>
    [Range(1, 1_000)]
    public int FaultedAfterFailures { get; init; } = 5;
}

/// <summary>What happens to a sequence whose tokens are produced faster than they are read.</summary>
public enum SlowReaderPolicy
{
    /// <summary>It goes on; the reader gets fewer and larger batches. Bounded by the sequence's token limit.</summary>
    Coalesce,

    /// <summary>It keeps its memory but is left out of the steps until its tokens are read; others run on.</summary>
    Pause,
}

/// <summary>Checks <see cref="EngineOptions"/> against its ranges; all faults are told at once.</summary>
[OptionsValidator]
public sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
