namespace Rill.Text.Tokenization;

/// <summary>A stretch of (normalized) text, and where its tokens begin in the list of ids; they end where the next section's begin.</summary>
internal readonly record struct EncodedSection(ReadOnlyMemory<char> Text, int FirstToken, bool IsAddedToken);
