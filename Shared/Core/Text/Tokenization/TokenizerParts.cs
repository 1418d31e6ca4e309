using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>What a tokenizer.json amounts to once read and checked.</summary>
internal sealed record TokenizerParts
{
    public required TokenDecoder Decoder { get; init; }

    public required FrozenDictionary<string, AddedToken> AddedTokens { get; init; }

    public required FrozenSet<int> SpecialIds { get; init; }

    public required PromptEncoder Encoder { get; init; }

    /// <summary>Ids that the authors put before a plain text (bos, usually).</summary>
    public required IReadOnlyList<int> Prefix { get; init; }

    /// <summary>Ids that the authors put after a plain text.</summary>
    public required IReadOnlyList<int> Suffix { get; init; }

    /// <summary>Reads a tokenizer.json; throws <see cref="UnsupportedModelException"/> when it cannot be used.</summary>
    public static TokenizerParts Read(ModelFiles files, string name)
    {
        var source = TokenizerSourceReader.Read(files, name);
        try
        {
            return Build(source);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw source.Broken("an element has an unexpected type", exception);
        }
    }

    private static TokenizerParts Build(TokenizerSource source)
    {
        var plan = DecoderReader.Read(source);
        var addedTokens = AddedTokensReader.Read(source);
        AddTokens(addedTokens, source);
        var (steps, wordsAreMapped) = PreTokenizerReader.Read(source);
        var (prefix, suffix) = PostProcessorReader.Read(source);
        return new()
        {
            Decoder = new(source, plan),
            AddedTokens = addedTokens.ToFrozenDictionary(token => token.Content),
            SpecialIds = addedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToFrozenSet(),
            Encoder = new(addedTokens, NormalizerReader.Read(source), steps, BuildModel(source, wordsAreMapped)),
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    private static WordModel BuildModel(TokenizerSource source, bool wordsAreMapped)
    {
        var unknown = new UnknownToken(ReadUnknownToken(source), source.FindModelFlag("fuse_unk"));
        var options = new WordModelOptions(source.FindModelFlag("ignore_merges"), unknown);
        return source.SpellsBytes
            ? new ByteWordModel(source.Tokens, source.Merges, options, wordsAreMapped)
            : new CharacterWordModel(
                source.Tokens, source.Merges, options, source.FindModelFlag("byte_fallback"), source.MarksOnlyBegin);
    }

    private static int ReadUnknownToken(TokenizerSource source)
    {
        if (!source.Model.TryGetValue("unk_token", out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return -1;
        }

        // Files of byte-level models, which never need one, name tokens that are not there.
        return source.FindToken(element.GetString()!) ?? (source.SpellsBytes
            ? -1
            : throw source.Broken($"model.unk_token names '{element.GetString()}', which is not in model.vocab"));
    }

    /// <summary>Gives ids to the added tokens that the vocabulary lacks; byte-level decoding reads their text as it reads all others.</summary>
    private static void AddTokens(IEnumerable<AddedToken> addedTokens, TokenizerSource source)
    {
        var vocabulary = source.Tokens.Count;
        foreach (var token in addedTokens.Where(token => token.Id >= vocabulary || !source.Tokens.Contains(token.Id)))
        {
            var text = Encoding.UTF8.GetBytes(token.Content);
            var bytes = new byte[text.Length];
            var isSpelled = source.SpellsBytes & ByteAlphabet.TryDecode(text, bytes, out var length);
            source.Tokens.Add(token.Id, isSpelled ? bytes.AsSpan(0, length) : text, findable: false);
        }
    }
}
