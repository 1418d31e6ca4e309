namespace Rill.Text.Patterns;

/// <summary>
/// Finds the first match at or after a position; the steps that it takes are the budget's.
/// </summary>
internal delegate bool MatchFinder(ReadOnlySpan<char> text, int from, EncodingBudget budget, out int start, out int end);
