namespace Rill.Text;

/// <summary>What the serving side needs of a tokenizer: ids of a prompt, bytes of a token. Thread-safe.</summary>
public interface ITokenizer
{
    /// <summary>Number of ids, added tokens included: ids lie in [0, VocabularySize).</summary>
    int VocabularySize { get; }

    /// <summary>
    /// Encodes a prompt without adding special tokens. Control tokens match only where every character comes from the template: their text
    /// inside a request's strings is encoded as plain text. Other added tokens (<see cref="OpenTokens"/>) match everywhere.
    /// </summary>
    /// <exception cref="EncodingLimitException">The text costs more than one of its length may; the message is for the client.</exception>
    /// <exception cref="OperationCanceledException">The cancellation came; it is looked at every fraction of a millisecond.</exception>
    IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default);

    /// <summary>Ids that the model's authors put before a plain text: its beginning-of-text token, if it has one.</summary>
    IReadOnlyList<int> PrefixIds => [];

    /// <summary>Ids that the model's authors put after a plain text; usually none.</summary>
    IReadOnlyList<int> SuffixIds => [];

    /// <summary>The texts of the added tokens that match in a request's strings too: words, runs of spaces; usually none.</summary>
    IReadOnlyCollection<string> OpenTokens => [];

    /// <summary>The same tokenizer, for which some of the <see cref="OpenTokens"/> are control tokens.</summary>
    ITokenizer WithControlTokens(IReadOnlySet<string> texts) => this;

    /// <summary>True when a token has this id: the ids may have gaps.</summary>
    bool Contains(int tokenId) => (uint)tokenId < (uint)VocabularySize;

    /// <summary>The exact bytes of a token (part of a character possibly); empty for an id without a token.</summary>
    ReadOnlySpan<byte> GetBytes(int tokenId);

    /// <summary>The bytes of a token when it is the first of a sequence: some models leave out the space it begins with.</summary>
    ReadOnlySpan<byte> GetOpeningBytes(int tokenId) => GetBytes(tokenId);

    /// <summary>What is dropped at the beginning of a decoded sequence; usually nothing.</summary>
    LeadingTrim LeadingTrim => default;

    /// <summary>
    /// True when characters outside of the vocabulary are made of tokens for single bytes: each of them that belongs to no character is then
    /// shown as U+FFFD. False when tokens hold any bytes: then each broken character is.
    /// </summary>
    bool HasByteTokens => false;

    /// <summary>True for control tokens (bos, eos, role marks), which never appear in a completion's text.</summary>
    bool IsSpecial(int tokenId);

    /// <summary>The id of an added token by its exact text, or null.</summary>
    int? FindToken(string text);
}
