namespace Rill.Text.Tokenization.AddedTokens;

/// <summary>A stretch [Start, End) of a text: an added token, or plain text when <paramref name="Token"/> is null.</summary>
internal readonly record struct Section(int Start, int End, AddedToken? Token);
