namespace Rill.Serving;

/// <summary>
/// Executes steps of a model: the only door between the serving layer and tensors. All members are called from the engine's one
/// thread, except <see cref="Limits"/>, which never changes.
/// </summary>
public interface IModelRunner : IDisposable
{
    /// <summary>The fixed sizes of the loaded model and of its KV cache.</summary>
    ModelLimits Limits { get; }

    /// <summary>
    /// Runs one step: gives back the memory of <see cref="StepBatch.Released"/>, restores cached blocks into slots, computes every
    /// scheduled token, saves full blocks to the cache, and samples one token for each scheduled sequence whose computed tokens
    /// now reach its total. The result holds one entry for each sequence that sampled, in batch order.
    /// </summary>
    /// <remarks>
    /// Positions are absolute, so a step may be executed twice: after a <see cref="SequenceFaultException"/> the engine runs the same
    /// step again without that sequence. After any other exception it drops the batch's sequences and names the same slots and blocks
    /// in the next batch's releases, so releasing what holds nothing must be harmless.
    /// </remarks>
    /// <exception cref="SequenceFaultException">Only one sequence failed; the others of the batch are intact.</exception>
    IReadOnlyList<SampledToken> Execute(StepBatch batch);
}

/// <summary>What a runner offers the scheduler.</summary>
/// <param name="VocabularySize">Number of token ids; sampled ids lie in [0, VocabularySize).</param>
/// <param name="ContextLength">Most tokens (prompt and completion) of one sequence.</param>
/// <param name="SlotCount">Most sequences that may hold KV memory at once; slots are numbered from 0.</param>
/// <param name="BlockSize">Tokens in a block, the unit in which KV memory is counted and cached.</param>
/// <param name="BlockCount">Blocks that fit the memory budget: blocks of running slots and cached blocks together.</param>
public sealed record ModelLimits(int VocabularySize, int ContextLength, int SlotCount, int BlockSize, int BlockCount);

/// <summary>One step's work. Order of execution: Released, Restores, Steps, Saves.</summary>
public sealed record StepBatch
{
    /// <summary>The sequences to compute, each with its token range; none when the step only gives memory back.</summary>
    public required IReadOnlyList<SequenceStep> Steps { get; init; }

    /// <summary>Slots whose physical memory goes back before anything else.</summary>
    public IReadOnlyList<int> Released { get; init; } = [];

    /// <summary>Cached blocks whose physical memory goes back before anything else.</summary>
    public IReadOnlyList<int> ReleasedBlocks { get; init; } = [];

    /// <summary>Copies from the prefix cache into slots, before the forward pass.</summary>
    public IReadOnlyList<BlockCopy> Restores { get; init; } = [];

    /// <summary>Copies from slots into the prefix cache, after the forward pass.</summary>
    public IReadOnlyList<BlockCopy> Saves { get; init; } = [];
}

/// <summary>Compute <paramref name="Count"/> tokens of a sequence from position <paramref name="Start"/> on.</summary>
/// <param name="Sequence">The sequence; its slot is <see cref="Sequence.Slot"/>.</param>
/// <param name="Start">First position to compute: what the slot already holds.</param>
/// <param name="Count">Number of tokens, at least 1.</param>
public readonly record struct SequenceStep(Sequence Sequence, int Start, int Count)
{
    /// <summary>True when this step computes the sequence's last token, so that the runner samples its next.</summary>
    public bool Samples => Start + Count == Sequence.Length;
}

/// <summary>A copy of one block of keys and values between a slot and the prefix cache.</summary>
/// <param name="Slot">The running sequence's slot.</param>
/// <param name="Position">First position of the block in the slot, a multiple of the block size.</param>
/// <param name="Block">The block of the prefix cache, in [0, BlockCount).</param>
public readonly record struct BlockCopy(int Slot, int Position, int Block);

/// <summary>One sampled token.</summary>
/// <param name="Sequence">The sequence it belongs to.</param>
/// <param name="TokenId">The token's id.</param>
/// <param name="Logprobs">Present when the sequence's parameters ask for logprobs.</param>
public readonly record struct SampledToken(Sequence Sequence, int TokenId, TokenLogprobs? Logprobs = null);

/// <summary>Log-probabilities (natural log) of the raw distribution, before temperature and penalties (contract B.5).</summary>
/// <param name="Logprob">Of the sampled token, at most 0.</param>
/// <param name="TopIds">The most probable tokens, best first.</param>
/// <param name="TopLogprobs">Their log-probabilities, in the same order.</param>
public sealed record TokenLogprobs(float Logprob, int[] TopIds, float[] TopLogprobs);

/// <summary>A fault of one sequence that leaves the rest of its batch intact. Its message is shown to the client.</summary>
public sealed class SequenceFaultException(Sequence sequence, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The sequence that failed.</summary>
    public Sequence Sequence { get; } = sequence;
}
