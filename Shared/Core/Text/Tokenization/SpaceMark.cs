namespace Rill.Text.Tokenization;

/// <summary>The character that SentencePiece writes for a space, U+2581.</summary>
internal static class SpaceMark
{
    public const char Character = '\u2581';
}
