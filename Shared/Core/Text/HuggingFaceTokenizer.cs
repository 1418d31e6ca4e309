using System.Buffers;
using System.Text;
using Microsoft.ML.Tokenizers;
using Rill.Text.Tokenization;

namespace Rill.Text;

/// <summary>
/// A byte-level BPE tokenizer as a Hugging Face tokenizer.json describes it (GPT-2, Llama 3, Qwen, StarCoder, Falcon, ...), with the same
/// ids as the reference. Immutable and thread-safe.
/// </summary>
public sealed class HuggingFaceTokenizer : Tokenizer, ITokenizer
{
    private readonly TokenizerParts _parts;

    private HuggingFaceTokenizer(TokenizerParts parts) => _parts = parts;

    /// <inheritdoc/>
    public int VocabularySize => _parts.Tokens.Count;

    /// <summary>Ids that the model's authors put before a plain text: its beginning-of-text token, if it has one.</summary>
    public IReadOnlyList<int> PrefixIds => _parts.Prefix;

    /// <summary>Ids that the model's authors put after a plain text; usually none.</summary>
    public IReadOnlyList<int> SuffixIds => _parts.Suffix;

    /// <summary>
    /// Reads tokenizer.json in a model's directory. Throws <see cref="UnsupportedModelException"/>, whose message names the file and the
    /// element, when the file is missing or broken or needs something that this class does not do.
    /// </summary>
    public static HuggingFaceTokenizer Load(string directory) => Load(ModelFiles.InDirectory(directory));

    /// <summary>Reads tokenizer.json among a model's files, with the same failures.</summary>
    public static HuggingFaceTokenizer Load(ModelFiles files)
    {
        const string name = "tokenizer.json";
        return files.Has(name)
            ? new(TokenizerParts.Read(files, name))
            : throw new UnsupportedModelException($"{files.Describe(name)} is missing: a model's directory must hold its tokenizer.json.");
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(PromptText prompt)
    {
        var ids = new List<int>();
        _parts.Encoder.Encode(prompt.ToString(), TemplateSpans.Of(prompt), ids);
        return ids;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> GetBytes(int tokenId) => _parts.Tokens.GetBytes(tokenId);

    /// <inheritdoc/>
    public bool IsSpecial(int tokenId) => _parts.SpecialIds.Contains(tokenId);

    /// <inheritdoc/>
    public int? FindToken(string text) => _parts.AddedTokens.TryGetValue(text, out var token) ? token.Id : null;

    /// <summary>The text of ids, special tokens included; bytes that are no UTF-8 become U+FFFD.</summary>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>The text of ids; bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var id in ids)
        {
            if (!skipSpecialTokens || !IsSpecial(id))
            {
                bytes.Write(GetBytes(id));
            }
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>
    /// Decodes as many ids as fit: <see cref="OperationStatus.NeedMoreData"/> when the last ones form only a part of a character and were
    /// left, <see cref="OperationStatus.DestinationTooSmall"/> when the destination was full.
    /// </summary>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        (idsConsumed, charsWritten) = (0, 0);
        var pending = new ArrayBufferWriter<byte>();
        var seen = 0;
        foreach (var id in ids)
        {
            seen++;
            pending.Write(GetBytes(id));
            if (Utf8Tail.IncompleteLength(pending.WrittenSpan) > 0)
            {
                continue;
            }

            if (!Encoding.UTF8.TryGetChars(pending.WrittenSpan, destination[charsWritten..], out var written))
            {
                return OperationStatus.DestinationTooSmall;
            }

            pending.ResetWrittenCount();
            (idsConsumed, charsWritten) = (seen, charsWritten + written);
        }

        return pending.WrittenCount > 0 ? OperationStatus.NeedMoreData : OperationStatus.Done;
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
        var ids = new List<int>();
        _parts.Encoder.Encode(source, TemplateSpans.All(source.Length), ids);
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
        _parts.Encoder.Encode(source, TemplateSpans.All(source.Length), ids, sections);
        var tokens = TokenOffsets.Align(ids, sections, _parts.Tokens, settings.MaxTokenCount);
        var normalized = string.Concat(sections.Select(section => section.Text.ToString()));
        return new()
        {
            Tokens = tokens,
            NormalizedText = normalized,
            CharsConsumed = tokens.Count == ids.Count ? normalized.Length : tokens.Count == 0 ? 0 : tokens[^1].Offset.End.Value,
        };
    }
}
