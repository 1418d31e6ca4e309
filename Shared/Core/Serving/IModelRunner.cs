namespace Rill.Serving;

/// <summary>
/// Executes steps of a model: the only door between the serving layer and tensors. All members are called from the engine's one
/// thread, except <see cref="Limits"/>, which never changes, and <see cref="LoadAdapter"/>.
/// </summary>
public interface IModelRunner : IDisposable
{
    /// <summary>The fixed sizes of the loaded model and of its KV cache.</summary>
    ModelLimits Limits { get; }

    /// <summary>
    /// Runs one step: gives back the memory of what is released, restores cached blocks and states into slots, computes every
    /// scheduled token and draft, saves full blocks and states to the cache, and answers for each step that samples, pools or scores. The result holds
    /// one entry for each of those steps, in batch order; the others, which compute a part of a prompt, have none.
    /// </summary>
    /// <remarks>
    /// Positions are absolute, so a step may be executed twice: after a <see cref="SequenceFaultException"/> the engine runs the same
    /// step again without that sequence. A runner whose layers have states (<see cref="ModelLimits.HasStates"/>) is spared that: each of its
    /// positions is computed once and in order, from 0 or from where a state was restored. A runner leaves no trace in a
    /// <see cref="Sequence"/>: what it advances to verify drafts it rolls back, and what it returns is taken in by the scheduler. After any
    /// other exception the engine drops the batch's sequences and names the same slots and blocks in the next batch's releases, so releasing what holds nothing must be harmless.
    /// </remarks>
    /// <exception cref="SequenceFaultException">Only one sequence failed; the others of the batch are intact.</exception>
    IReadOnlyList<StepResult> Execute(StepBatch batch);

    /// <summary>
    /// Begins one step and returns while it runs, so that the next one can be planned and launched before its results are read. Steps take effect in
    /// the order of their launches; at most one is launched while another one's results are still out. Where the runner does not overlap
    /// (<see cref="ModelLimits.Overlaps"/>) the step is done when this returns, which is what it does if it is not implemented.
    /// </summary>
    /// <remarks>
    /// What is read of a <see cref="Sequence"/> is read here. A step's last token may be one that the step before samples and nobody has read yet
    /// (<see cref="SequenceStep.Awaits"/>): the runner has kept it by slot. Memory may be released that a step in front of this one still uses.
    /// </remarks>
    /// <exception cref="SequenceFaultException">Only one sequence failed, and nothing was launched: the engine launches the others again.</exception>
    IPendingStep Launch(StepBatch batch) => new ExecutedStep(Execute(batch));

    /// <summary>
    /// Reads an adapter's files, which are not needed afterwards, and keeps what it changes of the model under a number, from which on sequences
    /// may name it (<see cref="Sequence.Adapter"/>). Unlike the others it is called from any thread, also while a step runs.
    /// </summary>
    /// <param name="number">From 1 on, and never used before.</param>
    /// <param name="files">The adapter's directory.</param>
    AdapterSummary LoadAdapter(int number, ModelFiles files) => throw new NotSupportedException("This model takes no adapters.");

    /// <summary>Gives an adapter's memory back. No sequence that a later step computes names it.</summary>
    void UnloadAdapter(int number)
    {
    }
}

/// <summary>A step that was launched.</summary>
public interface IPendingStep
{
    /// <summary>
    /// Waits for the step and returns its results, as <see cref="IModelRunner.Execute"/> does; a sequence that failed alone has a
    /// <see cref="StepResult.Fault"/>. Called exactly once, in the order of the launches, also where nobody wants the results any more. By then
    /// sequences may have ended, whose results count for nothing. After an exception neither this step nor one launched behind it is trusted.
    /// </summary>
    IReadOnlyList<StepResult> Collect();
}

/// <summary>What is told of an adapter that was loaded.</summary>
/// <param name="Fingerprint">Changes with the adapter's files: hexadecimal digits.</param>
/// <param name="Rank">The greatest rank of its matrices.</param>
/// <param name="Bytes">The memory that it takes.</param>
public sealed record AdapterSummary(string Fingerprint, int Rank, long Bytes);

/// <summary>What a runner offers the scheduler.</summary>
/// <param name="VocabularySize">Number of token ids; sampled ids lie in [0, VocabularySize).</param>
/// <param name="ContextLength">Most tokens (prompt and completion) of one sequence.</param>
/// <param name="SlotCount">Most sequences that may hold KV memory at once; slots are numbered from 0.</param>
/// <param name="BlockSize">Tokens in a block, the unit in which KV memory is counted and cached.</param>
/// <param name="BlockCount">Blocks that fit the memory budget: blocks of running slots and cached blocks together.</param>
public sealed record ModelLimits(int VocabularySize, int ContextLength, int SlotCount, int BlockSize, int BlockCount)
{
    /// <summary>
    /// Most prompt tokens that a step scores, of all its sequences together: each takes a row of logits, of which a long prompt's would fill the
    /// memory (64 rows of 151,936 tokens: 39 MB).
    /// </summary>
    public const int MostScored = 64;

    /// <summary>Most tokens of a step that suit the runner, where the engine's options name no number.</summary>
    public int TokenBudget { get; init; } = 512;

    /// <summary>
    /// True where a draft that is right saves time, and the others' tokens keep their bits beside it: constraints are then asked for drafts.
    /// </summary>
    public bool TakesDrafts { get; init; }

    /// <summary>
    /// True where a step runs beside the host (<see cref="IModelRunner.Launch"/>): the next one is then launched before its results are read.
    /// Without effect where slots have states, which cannot go back when a step fails.
    /// </summary>
    public bool Overlaps { get; init; }

    /// <summary>
    /// Blocks' worth of memory that a slot takes beside those of its tokens, for what layers carry from token to token (a recurrent state);
    /// 0 where keys and values are all that is kept.
    /// </summary>
    public int StateBlocks { get; init; }

    /// <summary>
    /// True where a slot holds more than keys and values, which is of one position only: it cannot go back (so there are no drafts), and begins
    /// behind cached blocks only where that was saved with them.
    /// </summary>
    public bool HasStates => StateBlocks > 0;
}

/// <summary>One step's work. Order of execution: what is released, what is restored, Steps, what is saved.</summary>
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

    /// <summary>Saved states whose physical memory goes back before anything else.</summary>
    public IReadOnlyList<int> ReleasedStates { get; init; } = [];

    /// <summary>Copies of saved states into slots, before the forward pass.</summary>
    public IReadOnlyList<StateCopy> StateRestores { get; init; } = [];

    /// <summary>Copies of slots' states, after the forward pass.</summary>
    public IReadOnlyList<StateCopy> StateSaves { get; init; } = [];
}

/// <summary>
/// Compute <paramref name="Count"/> tokens of a sequence from position <paramref name="Start"/> on, and then its drafts. What the drafts
/// leave in the slot counts for nothing beyond those that were accepted: the next step begins where the sequence then ends.
/// </summary>
/// <param name="Sequence">The sequence; its slot is <see cref="Sequence.Slot"/>.</param>
/// <param name="Start">First position to compute: what the slot already holds.</param>
/// <param name="Count">Number of tokens, at least 1.</param>
/// <param name="Drafts">Number of drafts to verify; 0 unless the step samples.</param>
public readonly record struct SequenceStep(Sequence Sequence, int Start, int Count, int Drafts = 0)
{
    /// <summary>
    /// True when this step computes the last token of a sequence that generates, so that the runner samples its next one, and one more
    /// after each draft that is what it sampled (<see cref="DraftVerification"/>).
    /// </summary>
    public bool Samples => Sequence.Work == SequenceWork.Generate && IsLast;

    /// <summary>
    /// True when the runner returns a vector: for <see cref="SequenceWork.EmbedLast"/> in the last step the last token's hidden state; for
    /// <see cref="SequenceWork.EmbedMean"/> in each step the sum of the hidden states of all tokens so far, which is
    /// <see cref="Sequence.Vector"/> (none at position 0) with this step's added in order.
    /// </summary>
    public bool Pools => Sequence.Work == SequenceWork.EmbedMean || (Sequence.Work == SequenceWork.EmbedLast && IsLast);

    /// <summary>
    /// How many of its tokens the runner scores: at each it tells the log-probabilities of the prompt's next token. They are the last ones before the
    /// prompt's end, from <see cref="FirstScored"/> on; what a preempted sequence knows already is not told again.
    /// </summary>
    public int Scored => Sequence.Parameters.ScoresPrompt ? Math.Max(0, Math.Min(Start + Count, Sequence.PromptLength - 1) - FirstScored) : 0;

    /// <summary>For a step that scores: the position of the first token that it scores at.</summary>
    public int FirstScored => Math.Max(Start, Sequence.PromptLogprobs.Count);

    /// <summary>True when the runner's result holds something of the sequence.</summary>
    public bool IsAnswered => Samples || Pools || Scored > 0;

    /// <summary>
    /// True while the step's last token, then its only one, is what the step before samples and nobody has read yet: the sequence ends right
    /// before it.
    /// </summary>
    public bool Awaits => Start + Count > Sequence.Length;

    /// <summary>For a step that samples: tokens of the completion before the sampled one, those that nobody has read yet among them.</summary>
    public int Place => Start + Count - Sequence.PromptLength;

    /// <summary>The drafts to verify: the tokens that may stand at the positions after the step's last one.</summary>
    public ReadOnlySpan<int> DraftTokens => Sequence.Drafts[..Drafts];

    // While a step runs its sequence may end right before the step's token (Awaits), and never behind it.
    private bool IsLast => Start + Count >= Sequence.Length;
}

/// <summary>A copy of one block of keys and values between a slot and the prefix cache.</summary>
/// <param name="Slot">The running sequence's slot.</param>
/// <param name="Position">First position of the block in the slot, a multiple of the block size.</param>
/// <param name="Block">The block of the prefix cache, in [0, BlockCount).</param>
public readonly record struct BlockCopy(int Slot, int Position, int Block);

/// <summary>A copy of a slot's states: to where they are saved, or from there.</summary>
/// <param name="Slot">The running sequence's slot.</param>
/// <param name="Position">Tokens that the states have seen, a multiple of the block size.</param>
/// <param name="State">Where they are saved, in [0, BlockCount / StateBlocks).</param>
public readonly record struct StateCopy(int Slot, int Position, int State);

/// <summary>What a step gave one sequence: tokens, a vector, or what its prompt's tokens are worth.</summary>
/// <param name="Sequence">The sequence.</param>
/// <param name="Tokens">
/// For a step that samples: its tokens in order, 1 to 1 + drafts. All but the last are equal to the drafts in their places. Valid until the
/// next step is collected.
/// </param>
/// <param name="Vector">For a step that pools: see <see cref="SequenceStep.Pools"/>. The scheduler keeps it.</param>
/// <param name="Fault">Why the sequence failed, and has neither; only of a step that was launched and collected.</param>
public readonly record struct StepResult(
    Sequence Sequence, ReadOnlyMemory<SampledToken> Tokens, float[]? Vector = null, SequenceFaultException? Fault = null)
{
    /// <summary>
    /// True where the runner cannot say what it sampled, since a step was launched behind this one before it was collected: the sequence's last token
    /// is computed again, what the step behind gives it is dropped, and from then on no step overtakes its results.
    /// </summary>
    public bool IsOvertaken { get; init; }

    /// <summary>For a step that scores, one for each of <see cref="SequenceStep.Scored"/>, in order; also where the rest is overtaken.</summary>
    public ReadOnlyMemory<TokenLogprobs> PromptLogprobs { get; init; }
}

/// <summary>One sampled token.</summary>
/// <param name="TokenId">The token's id.</param>
/// <param name="Logprobs">Present when the sequence's parameters ask for logprobs.</param>
public readonly record struct SampledToken(int TokenId, TokenLogprobs? Logprobs = null);

/// <summary>Log-probabilities (natural log) of the raw distribution, before temperature and penalties (contract B.5).</summary>
/// <param name="Logprob">Of the sampled token, or of the one that the prompt holds, at most 0.</param>
/// <param name="TopIds">The most probable tokens, best first.</param>
/// <param name="TopLogprobs">Their log-probabilities, in the same order.</param>
public sealed record TokenLogprobs(float Logprob, int[] TopIds, float[] TopLogprobs);

/// <summary>A fault of one sequence that leaves the rest of its batch intact. Its message is shown to the client.</summary>
public sealed class SequenceFaultException(Sequence sequence, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The sequence that failed.</summary>
    public Sequence Sequence { get; } = sequence;
}
