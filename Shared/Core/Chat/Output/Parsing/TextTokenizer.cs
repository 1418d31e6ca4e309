using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>A tokenizer without tokens of its own: whoever parses a text with it knows marks by their text.</summary>
internal sealed class TextTokenizer : ITokenizer
{
    /// <summary>The one token that a text is given as.</summary>
    public const int Text = 0;

    /// <inheritdoc/>
    public int VocabularySize => 1;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default) => [Text];

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int tokenId) => [];

    /// <inheritdoc/>
    public bool IsSpecial(int tokenId) => false;

    /// <inheritdoc/>
    public int? FindToken(string text) => null;
}
