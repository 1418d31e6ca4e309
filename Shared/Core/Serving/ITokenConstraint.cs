namespace Rill.Serving;

/// <summary>
/// Limits which tokens a completion may have: a grammar, a choice, a ban. It follows one sequence and belongs to it alone. It is called
/// by one thread at a time, which may be any thread of the runner's.
/// </summary>
/// <remarks>
/// Each token of the completion is accepted exactly once, net: a runner that verifies drafts accepts them and rolls all of them back, and
/// the scheduler accepts what the sequence keeps. So a step that is executed again finds the constraint as it was.
/// </remarks>
public interface ITokenConstraint
{
    /// <summary>
    /// Sets the bit of each token that may come next (bit <c>id % 32</c> of word <c>id / 32</c>) and clears the others. End tokens are
    /// tokens like others: allowed where the text may end.
    /// </summary>
    /// <param name="mask">One bit for each id of the vocabulary; what it held before means nothing.</param>
    /// <returns>False when every token is allowed; the mask then means nothing.</returns>
    bool FillMask(Span<uint> mask);

    /// <summary>
    /// What is to be done before <see cref="FillMask"/> answers at once for the next token; null when nothing is. It is asked before each step that
    /// samples, and what it gives is done by another thread, beside the constraint's use: until then the sequence sits the steps out.
    /// </summary>
    IPreparation? Prepare() => null;

    /// <summary>Takes a token in, if it is allowed.</summary>
    TokenAcceptance Accept(int token);

    /// <summary>Forgets the last <paramref name="count"/> accepted tokens.</summary>
    void RollBack(int count);

    /// <summary>
    /// Guesses the tokens after the last one, where the constraint leaves little to choose. They are verified under its mask like all drafts
    /// (<see cref="IDraftSource"/>), so a wrong guess costs time and changes nothing.
    /// </summary>
    /// <param name="tokens">Prompt and completion so far.</param>
    /// <param name="drafts">Room for the guesses, at least one.</param>
    /// <returns>Number of guesses, possibly 0.</returns>
    int Draft(ReadOnlySpan<int> tokens, Span<int> drafts) => 0;
}

/// <summary>What a constraint says to a token.</summary>
public enum TokenAcceptance
{
    /// <summary>It is part of the completion, which goes on.</summary>
    Accepted,

    /// <summary>It is part of the completion, which is complete with it: nothing may follow.</summary>
    Completed,

    /// <summary>It is not allowed, and the constraint is as it was.</summary>
    Refused,
}
