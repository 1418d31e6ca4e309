namespace Rill.Text.Tokenization.AddedTokens;

/// <summary>A token that is looked for in the text itself, before any word is cut.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its exact text.</param>
/// <param name="IsSpecial">The file calls it special: it is left out of a completion's text.</param>
/// <param name="StripsLeft">It swallows the white space before it.</param>
/// <param name="StripsRight">It swallows the white space after it.</param>
/// <param name="IsSingleWord">It matches only where no word character touches it.</param>
/// <param name="IsNormalized">It is looked for in the normalized text.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool StripsLeft, bool StripsRight, bool IsSingleWord, bool IsNormalized)
{
    /// <summary>
    /// True for control tokens: found only in what the template wrote, so that nobody forges a turn. False for vocabulary, a word or a run
    /// of spaces, which means the same whoever writes it and is found everywhere.
    /// </summary>
    public bool IsControl { get; init; } = IsSpecial;
}
