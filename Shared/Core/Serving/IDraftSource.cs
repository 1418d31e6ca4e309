namespace Rill.Serving;

/// <summary>
/// Guesses what a sequence goes on with. The runner verifies guesses in one step and keeps those that it would have sampled itself, so a
/// source changes how fast tokens come and never which. Called by the engine's thread, which waits for it; it must not throw, since the
/// thread serves all sequences.
/// </summary>
public interface IDraftSource
{
    /// <summary>Writes guesses for the tokens after the sequence's last one, in order.</summary>
    /// <param name="sequence">A sequence that decodes.</param>
    /// <param name="drafts">Room for the guesses: as many as this step can take, at least one. Ids of the vocabulary.</param>
    /// <returns>Number of guesses, possibly 0.</returns>
    int Draft(Sequence sequence, Span<int> drafts);
}
