using System.Runtime.InteropServices;

namespace Rill.Serving;

/// <summary>How often each token stands in a sequence, kept up to date as tokens come and go.</summary>
public sealed class TokenCounts
{
    private readonly Dictionary<int, int> _places = [];    // token -> its entry
    private readonly List<TokenCount> _entries = [];

    internal TokenCounts(ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion)
    {
        foreach (var token in prompt)
        {
            EntryOf(token).Prompt++;
        }

        foreach (var token in completion)
        {
            Add(token);
        }
    }

    /// <summary>One entry for each distinct token, in no order; a token that was rolled back may be there with counts of 0.</summary>
    public ReadOnlySpan<TokenCount> Entries => CollectionsMarshal.AsSpan(_entries);

    internal void Add(int token) => EntryOf(token).Completion++;

    internal void Remove(int token) => EntryOf(token).Completion--;

    private ref TokenCount EntryOf(int token)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, token, out var exists);
        if (!exists)
        {
            place = _entries.Count;
            _entries.Add(new TokenCount { Token = token });
        }

        return ref CollectionsMarshal.AsSpan(_entries)[place];
    }
}

/// <summary>How often one token stands in a sequence.</summary>
public record struct TokenCount
{
    /// <summary>Its id.</summary>
    public int Token { get; init; }

    /// <summary>Occurrences in the prompt.</summary>
    public int Prompt { get; internal set; }

    /// <summary>Occurrences in the completion so far.</summary>
    public int Completion { get; internal set; }
}
