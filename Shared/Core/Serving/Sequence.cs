namespace Rill.Serving;

/// <summary>One prompt and its completion, with the state that the scheduler and the runner share. Owned by the engine's thread.</summary>
public sealed class Sequence
{
    private readonly List<int> _tokens;

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
    public int CachedTokens { get; internal set; }

    internal void Append(int token) => _tokens.Add(token);
}
