namespace Rill.Text.Tokenization.Bpe;

/// <summary>The options of a byte-pair model that both kinds have.</summary>
/// <param name="IgnoresMerges">True when a word that is a token is taken whole, whatever the merges say.</param>
/// <param name="Unknown">The token for what has none.</param>
internal sealed record BpeOptions(bool IgnoresMerges, UnknownToken Unknown);
