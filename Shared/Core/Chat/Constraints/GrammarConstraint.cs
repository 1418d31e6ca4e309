using Rill.Serving;
using Rill.Text.Grammar;

namespace Rill.Chat.Constraints;

/// <summary>Holds one sequence to a grammar.</summary>
/// <param name="grammar">The grammar.</param>
/// <param name="jump">Guesses the tokens of forced text; null to guess nothing.</param>
internal sealed class GrammarConstraint(CompiledGrammar grammar, JumpAhead? jump = null) : ITokenConstraint
{
    private readonly GrammarMatcher _matcher = new(grammar);

    /// <summary>True where the next token is one of the model's reasoning, or ends it.</summary>
    public bool IsReasoning => _matcher.IsReasoning;

    /// <inheritdoc/>
    public bool FillMask(Span<uint> mask)
    {
        if (_matcher.AllowsAll)
        {
            return false;
        }

        _matcher.FillMask(mask);
        return mask.ContainsAnyExcept(0u)
            ? true
            : throw new InvalidOperationException("The model has no token with which the answer could go on in the form that the request asks for.");
    }

    /// <inheritdoc/>
    public IPreparation? Prepare() => !_matcher.AllowsAll && _matcher.Missing() is { } mask ? new Preparation(mask) : null;

    /// <inheritdoc/>
    public TokenAcceptance Accept(int token)
    {
        if (!_matcher.TryAccept(token))
        {
            return TokenAcceptance.Refused;
        }

        return _matcher.IsComplete || grammar.Vocabulary.IsEnd(token) ? TokenAcceptance.Completed : TokenAcceptance.Accepted;
    }

    /// <inheritdoc/>
    public void RollBack(int count) => _matcher.RollBack(count);

    /// <inheritdoc/>
    public int Draft(ReadOnlySpan<int> tokens, Span<int> drafts) => jump?.Write(_matcher.Forced(JumpAhead.MostSymbols), tokens, drafts) ?? 0;

    private sealed class Preparation(MaskWork mask) : IPreparation
    {
        public bool Advance() => mask.Advance();
    }
}
