using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Rill.Text.Tokenization.AddedTokens;
using Rill.Text.Tokenization.Bpe;
using Rill.Text.Tokenization.Decoders;
using Rill.Text.Tokenization.Files;

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
            return Build(source, TokenizerConfig.Read(files));
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw source.Broken("an element has an unexpected type", exception);
        }
        catch (EncodingLimitException exception)
        {
            throw source.Broken("its normalizer or its decoder makes more of its tokens than it may", exception);
        }
    }

    private static TokenizerParts Build(TokenizerSource source, JsonElement config)
    {
        var plan = DecoderReader.Read(source);
        var addedTokens = AddedTokensReader.Read(source, config);
        AddTokens(addedTokens, source);
        var (steps, wordsAreMapped) = PreTokenizerReader.Read(source);
        var byContent = addedTokens.ToFrozenDictionary(token => token.Content);
        var (prefix, suffix) = ReadSurroundings(source, config, byContent);
        return new()
        {
            Decoder = new(source, plan),
            AddedTokens = byContent,
            SpecialIds = addedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToFrozenSet(),
            Encoder = new(addedTokens, NormalizerReader.Read(source), steps, BuildModel(source, wordsAreMapped)),
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    /// <summary>
    /// The tokens around a plain text: the post-processor's, unless tokenizer_config.json says add_bos_token or add_eos_token; then these
    /// decide alone, as in the transformers library.
    /// </summary>
    private static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) ReadSurroundings(
        TokenizerSource source, JsonElement config, FrozenDictionary<string, AddedToken> addedTokens)
    {
        var fromFile = PostProcessorReader.Read(source);
        if (config.Find("add_bos_token") is null && config.Find("add_eos_token") is null)
        {
            return fromFile;
        }

        var tokens = TokenizerConfig.ReadTokens(config);
        return (Ids("add_bos_token", "bos_token"), Ids("add_eos_token", "eos_token"));

        IReadOnlyList<int> Ids(string flag, string name) =>
            config.FindBoolean(flag, false) && tokens.TryGetValue(name, out var text) && addedTokens.TryGetValue(text, out var token)
                ? [token.Id]
                : [];
    }

    private static BpeModel BuildModel(TokenizerSource source, bool wordsAreMapped)
    {
        var unknown = new UnknownToken(ReadUnknownToken(source), source.FindModelFlag("fuse_unk"));
        var options = new BpeOptions(source.FindModelFlag("ignore_merges"), unknown);
        return source.SpellsBytes
            ? new ByteLevelBpe(source.Tokens, source.Merges, options, wordsAreMapped)
            : new CharacterBpe(
                source.Tokens, source.Merges, options, source.FindModelFlag("byte_fallback"), source.Seams);
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
