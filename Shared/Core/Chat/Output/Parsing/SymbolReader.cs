using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>
/// Splits a token's text into ordinary text and the mark at its end, if it is one. Control tokens that are no mark have no text.
/// </summary>
internal sealed class SymbolReader(MarkerTable markers, ITokenizer tokenizer)
{
    /// <summary>The ordinary text that a token completes, and the mark that it is.</summary>
    /// <param name="tokenId">The token.</param>
    /// <param name="text">
    /// What the detokenizer gives for it. A mark's text is its end: before it may stand what is left of a character that was broken off.
    /// </param>
    public (string Text, int? Marker) Split(int tokenId, string text)
    {
        if (markers.SymbolOf(tokenId) is { } symbol)
        {
            return (Before(text, markers.TextOf(symbol)), symbol);
        }

        return (tokenizer.IsSpecial(tokenId) ? Before(text, TokenText.Display(tokenizer, tokenId)) : text, null);
    }

    private static string Before(string text, string end) => text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : "";
}
