namespace Rill.Serving;

/// <summary>One prompt and its completion, with the state that the scheduler and the runner share. Owned by the engine's thread.</summary>
public sealed class Sequence
{
    private readonly List<int> _tokens;
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

    /// <summary>Tokens in the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>Tokens in prompt and completion so far.</summary>
    public int Length => _tokens.Count;

    /// <summary>Tokens in the completion so far.</summary>
    public int CompletionLength => Length - PromptLength;

    /// <summary>Prompt and completion token ids; valid until the next <see cref="Append"/>.</summary>
    public ReadOnlySpan<int> Tokens => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);

    /// <summary>Tokens whose keys and values are in the slot.</summary>
    public int ComputedTokens { get; internal set; }

    /// <summary>Tokens not yet computed: at least 1 while the sequence runs.</summary>
    public int PendingTokens => Length - ComputedTokens;

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

    /// <summary>True once it had a slot.</summary>
    internal bool WasAdmitted { get; private set; }

    /// <summary>Notes what the first admission found in the prefix cache; what a preempted sequence finds later is its own work.</summary>
    internal void NoteAdmission()
    {
        CachedTokens = WasAdmitted ? CachedTokens : ComputedTokens;
        WasAdmitted = true;
    }

    internal void Abort() => Volatile.Write(ref _aborted, true);

    /// <summary>True when this is the sequence's prompt.</summary>
    internal bool HasPrompt(IReadOnlyList<int> prompt) => prompt.Count == PromptLength && prompt.SequenceEqual(_tokens.Take(PromptLength));

    internal void Append(int token) => _tokens.Add(token);
}
