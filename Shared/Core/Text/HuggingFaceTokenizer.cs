using System.Buffers;
using Microsoft.ML.Tokenizers;
using Rill.Text.Tokenization;
using Rill.Text.Tokenization.Decoders;
using Rill.Text.Tokenization.Normalizers;

namespace Rill.Text;

/// <summary>
/// A BPE tokenizer as a Hugging Face tokenizer.json describes it, with the same ids as the reference: byte-level (GPT-2, Llama 3, Qwen,
/// StarCoder, Falcon, ...) or SentencePiece-style (Llama 2, Mistral, Phi-3, Gemma, ...). Immutable and thread-safe.
/// </summary>
public sealed class HuggingFaceTokenizer : Tokenizer, ITokenizer
{
    private readonly TokenizerParts _parts;

    private HuggingFaceTokenizer(TokenizerParts parts) => _parts = parts;

    /// <inheritdoc/>
    public int VocabularySize => _parts.Decoder.Count;

    /// <inheritdoc/>
    public IReadOnlyList<int> PrefixIds => _parts.Prefix;

    /// <inheritdoc/>
    public IReadOnlyList<int> SuffixIds => _parts.Suffix;

    /// <summary>
    /// Reads tokenizer.json in a model's directory, and what tokenizer_config.json, if there is one, lays over it. Throws
    /// <see cref="UnsupportedModelException"/>, whose message names the file and the element, when the file is missing or broken or needs
    /// something that this class does not do.
    /// </summary>
    public static HuggingFaceTokenizer Load(string directory) => Load(ModelFiles.InDirectory(directory));

    /// <summary>Reads tokenizer.json among a model's files, with the same failures.</summary>
    public static HuggingFaceTokenizer Load(ModelFiles files)
    {
        const string name = ModelFileNames.Tokenizer;
        return files.Has(name)
            ? new(TokenizerParts.Read(files, name))
            : throw new UnsupportedModelException($"{files.Describe(name)} is missing: a model's directory must hold its tokenizer.json.");
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(PromptText prompt, CancellationToken cancellationToken = default)
    {
        var text = prompt.ToString();
        var ids = NewIds(text);
        _parts.Encoder.Encode(text, TemplateSpans.Of(prompt), ids, cancellationToken);
        return ids;
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OpenTokens => _parts.Encoder.OpenTokens;

    /// <inheritdoc/>
    public ITokenizer WithControlTokens(IReadOnlySet<string> texts) =>
        new HuggingFaceTokenizer(_parts with { Encoder = _parts.Encoder.WithControlTokens(texts) });

    /// <inheritdoc/>
    public bool Contains(int tokenId) => _parts.Decoder.Contains(tokenId);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int tokenId) => _parts.Decoder.GetBytes(tokenId);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetOpeningBytes(int tokenId) => _parts.Decoder.GetOpeningBytes(tokenId);

    /// <inheritdoc/>
    public LeadingTrim LeadingTrim => _parts.Decoder.Trim;

    /// <inheritdoc/>
    public bool HasByteTokens => _parts.Decoder.HasByteTokens;

    /// <inheritdoc/>
    public bool IsSpecial(int tokenId) => _parts.SpecialIds.Contains(tokenId);

    /// <inheritdoc/>
    public int? FindToken(string text) => _parts.AddedTokens.TryGetValue(text, out var token) ? token.Id : null;

    /// <summary>The text of ids, special tokens included; bytes that are no UTF-8 become U+FFFD.</summary>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>
    /// The text of ids; bytes that are no UTF-8 become U+FFFD. It is what <see cref="IncrementalDetokenizer"/> gives piece by piece, but for
    /// one thing: of a run of byte tokens (&lt;0xE2&gt;) that is not valid as a whole, even the bytes that are characters become U+FFFD, as in
    /// the reference.
    /// </summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens) =>
        _parts.Decoder.Decode(skipSpecialTokens ? ids.Where(id => !IsSpecial(id)) : ids);

    /// <summary>
    /// Decodes as many ids as fit, as a stream: <see cref="OperationStatus.NeedMoreData"/> when the last ones form only a part of a
    /// character and were left, <see cref="OperationStatus.DestinationTooSmall"/> when the destination was full.
    /// </summary>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        (idsConsumed, charsWritten) = (0, 0);
        var detokenizer = new IncrementalDetokenizer(this, skipSpecialTokens: false);
        var (seen, pending) = (0, "");
        foreach (var id in ids)
        {
            seen++;
            pending += detokenizer.Push(id);
            if (detokenizer.IsHolding)
            {
                continue;
            }

            if (!pending.TryCopyTo(destination[charsWritten..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            (idsConsumed, charsWritten, pending) = (seen, charsWritten + pending.Length, "");
        }

        return idsConsumed < seen ? OperationStatus.NeedMoreData : OperationStatus.Done;
    }

    /// <summary>Encodes a text of our own: added tokens match everywhere, none is put around.</summary>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount < int.MaxValue)
        {
            var results = EncodeToTokens(text, textSpan, settings);
            return new()
            {
                Tokens = [.. results.Tokens.Select(token => token.Id)],
                NormalizedText = results.NormalizedText,
                CharsConsumed = results.CharsConsumed,
            };
        }

        var source = text ?? textSpan.ToString();
        var ids = NewIds(source);
        _parts.Encoder.Encode(source, TemplateSpans.All(source.Length), ids, CancellationToken.None);
        return new() { Tokens = ids, CharsConsumed = source.Length };
    }

    /// <summary>
    /// Encodes a text of our own; offsets count UTF-16 units of the normalized text, and a token that holds a part of a character spans
    /// all of it.
    /// </summary>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text ?? textSpan.ToString();
        var ids = new List<int>();
        var sections = new List<EncodedSection>();
        _parts.Encoder.Encode(source, TemplateSpans.All(source.Length), ids, CancellationToken.None, sections);
        var tokens = TokenOffsets.Align(ids, sections, _parts.Decoder, settings.MaxTokenCount);
        var normalized = string.Concat(sections.Select(section => section.Text.ToString()));
        return new()
        {
            Tokens = tokens,
            NormalizedText = normalized,
            CharsConsumed = tokens.Count == ids.Count ? normalized.Length : tokens.Count == 0 ? 0 : tokens[^1].Offset.End.Value,
        };
    }

    /// <summary>A list that need not grow for most texts: a token has four letters on average, or more.</summary>
    private static List<int> NewIds(string text) => new((text.Length / 4) + 16);
}
