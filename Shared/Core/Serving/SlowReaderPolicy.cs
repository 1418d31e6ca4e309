namespace Rill.Serving;

/// <summary>What happens to a sequence whose tokens are produced faster than they are read.</summary>
public enum SlowReaderPolicy
{
    /// <summary>It goes on; the reader gets fewer and larger batches. Bounded by the sequence's token limit.</summary>
    Coalesce,

    /// <summary>It keeps its memory but is left out of the steps until its tokens are read; others run on.</summary>
    Pause,
}
