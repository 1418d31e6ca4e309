using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.PreTokenizers;

/// <summary>
/// Goes from match to match. An empty match counts, unless it stands where the match before ended; this is how the reference's regular
/// expressions walk.
/// </summary>
internal ref struct MatchWalker(MatchFinder find, ReadOnlySpan<char> text, EncodingBudget budget)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _from;
    private int _lastEnd = -1;

    /// <summary>Finds the next match.</summary>
    public bool Next(out int start, out int end)
    {
        while (find(_text, _from, budget, out start, out end))
        {
            if (start < end || end != _lastEnd)
            {
                (_from, _lastEnd) = (end, end);
                return true;
            }

            if (_from == _text.Length)
            {
                return false;
            }

            CodePoint.Read(_text, _from, out var length);
            _from += length;
        }

        return false;
    }
}
