namespace Rill.Text.Tokenization.Bpe;

/// <summary>The token for what has none.</summary>
/// <param name="Id">Its id, or -1 when such characters are dropped.</param>
/// <param name="Fuses">True when neighbours become one token.</param>
internal readonly record struct UnknownToken(int Id, bool Fuses);
