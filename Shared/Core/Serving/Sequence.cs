namespace Rill.Serving;

/// <summary>One prompt and its completion, with the state that the scheduler and the runner share. Owned by the engine's thread.</summary>
public sealed class Sequence
{
    private readonly List<int> _tokens;
    private readonly List<TokenLogprobs> _promptLogprobs = [];
    private int[] _drafts = [];
    private int _draftCount;
    private TokenCounts? _counts;
    private bool _aborted;

    /// <summary>Starts a sequence from its prompt's token ids (at least one).</summary>
    public Sequence(long id, IReadOnlyList<int> prompt, SamplingParameters parameters)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompt.Count, nameof(prompt));
        Id = id;
        Parameters = parameters;
        PromptLength = prompt.Count;
        _tokens = [.. prompt];
    }

    /// <summary>Unique within the process; ascending in order of admission.</summary>
    public long Id { get; }

    /// <summary>How tokens are drawn and when the sequence ends.</summary>
    public SamplingParameters Parameters { get; }

    /// <summary>What is computed for it.</summary>
    public SequenceWork Work { get; init; }

    /// <summary>Limits the tokens of its completion; null for none. Its own: no other sequence has the same.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>
    /// Whose keys and values these are: sequences share cached blocks only where their salts are equal (a tenant, an adapter).
    /// </summary>
    public string CacheSalt { get; init; } = "";

    /// <summary>The number of the adapter that it is computed with; 0 for the model alone.</summary>
    public int Adapter { get; init; }

    /// <summary>Tokens in the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Tokens in prompt and completion so far.</summary>
    public int Length => _tokens.Count;

    /// <summary>Tokens in the completion so far.</summary>
    public int CompletionLength => Length - PromptLength;

    /// <summary>Prompt and completion token ids; valid until a token is appended.</summary>
    public ReadOnlySpan<int> Tokens => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);

    /// <summary>How often each token stands in prompt and completion; made by the first who asks, kept up to date from then on.</summary>
    public TokenCounts Counts => _counts ??= new TokenCounts(Tokens[..PromptLength], Tokens[PromptLength..]);

    /// <summary>Guesses for the tokens after the last one; <see cref="SequenceStep.Drafts"/> says how many a step verifies.</summary>
    public ReadOnlySpan<int> Drafts => _drafts.AsSpan(0, _draftCount);

    /// <summary>For a sequence that is embedded: what its steps gave so far, at the end the vector; null before the first.</summary>
    public float[]? Vector { get; private set; }

    /// <summary>
    /// For <see cref="SamplingParameters.ScoresPrompt"/>: of the prompt's tokens behind the first one, as far as they are known.
    /// </summary>
    public IReadOnlyList<TokenLogprobs> PromptLogprobs => _promptLogprobs;

    /// <summary>Tokens whose keys and values are in the slot, or will be once the steps that were planned have run.</summary>
    public int ComputedTokens { get; internal set; }

    /// <summary>Tokens that planned steps sample and that are not among the sequence's own yet: 0 or 1, for an instant 2.</summary>
    public int AwaitedTokens { get; internal set; }

    /// <summary>Tokens not yet computed, an awaited one included: at least 1 between the steps of a sequence that generates.</summary>
    public int PendingTokens => Length + AwaitedTokens - ComputedTokens;

    /// <summary>How many of its first tokens need not be computed where their keys and values are cached.</summary>
    internal int Reusable => Work == SequenceWork.EmbedMean ? 0
        : Parameters.ScoresPrompt ? Math.Min(_promptLogprobs.Count, Length - 1)
        : Length - 1;

    /// <summary>The KV slot while running; -1 while waiting.</summary>
    public int Slot { get; internal set; } = -1;

    /// <summary>Prompt tokens that came from the prefix cache at first admission.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>True once nobody wants more tokens: a runner may cut a long step short. Set from any thread.</summary>
    public bool IsAborted => Volatile.Read(ref _aborted);

    /// <summary>Where the tokens go; null in tests that drive the scheduler alone.</summary>
    internal TokenStream? Stream { get; init; }

    /// <summary>Another choice of the same request that computes the same prompt: this sequence waits to share its blocks.</summary>
    internal Sequence? PromptSource { get; init; }

    /// <summary>How it finished; null while it goes on.</summary>
    internal SequenceFinish? Finish { get; set; }

    /// <summary>True once it left the scheduler, finished or not.</summary>
    internal bool HasEnded { get; set; }

    /// <summary>True once a runner could not say what it sampled, since the next step was launched: results are read first from then on.</summary>
    internal bool IsReadFirst { get; set; }

    /// <summary>True once it had a slot.</summary>
    internal bool WasAdmitted { get; private set; }

    /// <summary>Notes what the first admission found in the prefix cache; what a preempted sequence finds later is its own work.</summary>
    internal void NoteAdmission()
    {
        CachedTokens = WasAdmitted ? CachedTokens : ComputedTokens;
        WasAdmitted = true;
    }

    internal void Abort() => Volatile.Write(ref _aborted, true);

    /// <summary>What its constraint was last asked to prepare; null for nothing.</summary>
    internal ConstraintWork? Preparation { get; set; }

    /// <summary>Adds a token to the completion, unless the constraint refuses it: then nothing changes.</summary>
    internal TokenAcceptance Append(int token)
    {
        var acceptance = Constraint?.Accept(token) ?? TokenAcceptance.Accepted;
        if (acceptance != TokenAcceptance.Refused)
        {
            _tokens.Add(token);
            _counts?.Add(token);
        }

        return acceptance;
    }

    /// <summary>Takes the last tokens of the completion back.</summary>
    internal void RollBack(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, CompletionLength);
        if (count == 0)
        {
            return;
        }

        foreach (var token in Tokens[^count..])
        {
            _counts?.Remove(token);
        }

        _tokens.RemoveRange(Length - count, count);
        Constraint?.RollBack(count);
    }

    /// <summary>Lets a source write at most this many drafts; returns how many it wrote.</summary>
    internal int Draft(IDraftSource source, int most)
    {
        if (_drafts.Length < most)
        {
            _drafts = new int[most];
        }

        return _draftCount = source.Draft(this, _drafts.AsSpan(0, most));
    }

    /// <summary>Takes in what a step says of the next tokens of the prompt.</summary>
    internal void Score(ReadOnlySpan<TokenLogprobs> logprobs) => _promptLogprobs.AddRange(logprobs);

    /// <summary>Takes a step's vector in; after the last step of a mean, divides the sum.</summary>
    internal void Pool(float[] vector, bool isLast)
    {
        Vector = isLast && Work == SequenceWork.EmbedMean ? Array.ConvertAll(vector, sum => sum / Length) : vector;
    }
}
