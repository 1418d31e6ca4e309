using Rill.Models;
using Rill.Models.Gguf;
using Rill.Text;

namespace Rill.Core.Tests.Models.Gguf;

public sealed class GgufTokenizerTests : IDisposable
{
    private static readonly string[] s_pieces = ["<unk>", "<s>", "</s>", "<0x21>", "\u2581", "a", "b", "ab", "\u2581a", "\u2581ab", "ba", "<tool>", "\u2581\u2581"];
    private static readonly int[] s_types = [2, 3, 3, 6, 1, 1, 1, 1, 1, 1, 1, 4, 4];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Encode_Pieces_MergesTheHighestScoreFirst()
    {
        // "▁ab" is made of "▁a" and "b" or of "▁" and "ab"; "ba" has the best score and wins over "ab" behind it.
        var tokenizer = Load(Pieces(0, 0, 0, 0, -9, -9, -9, -2, -3, -4, -1, 0, -5));

        Assert.Equal([9], Encode(tokenizer, "ab"));
        Assert.Equal([8, 10], Encode(tokenizer, "aba"));
        Assert.Equal([1], tokenizer.PrefixIds);
        Assert.Empty(tokenizer.SuffixIds);
    }

    [Fact]
    public void Encode_UserDefinedTokensAndBytes_AreWhole()
    {
        var tokenizer = Load(Pieces(0, 0, 0, 0, -9, -9, -9, -2, -3, -4, -1, 0, -5));

        Assert.Equal([9, 11, 9, 3], Encode(tokenizer, "ab<tool>ab!"));
        Assert.Equal("ab!", tokenizer.Decode([9, 3]));
        Assert.True(tokenizer.IsSpecial(1));
        Assert.False(tokenizer.IsSpecial(11));
    }

    [Fact]
    public void Encode_WithoutASpaceInFront_KeepsTheTextsBeginning()
    {
        var tokenizer = Load(Pieces(0, 0, 0, 0, -9, -9, -9, -2, -3, -4, -1, 0, -5).With("tokenizer.ggml.add_space_prefix", false).With("tokenizer.ggml.add_bos_token", false).With("tokenizer.ggml.add_eos_token", true));

        Assert.Equal([7], Encode(tokenizer, "ab"));
        Assert.Equal([7, 9], Encode(tokenizer, "ab ab"));
        Assert.Equal([12], Encode(tokenizer, "  "));
        Assert.Equal(" ab", tokenizer.Decode([9]));
        Assert.Empty(tokenizer.PrefixIds);
        Assert.Equal([2], tokenizer.SuffixIds);
    }

    [Fact]
    public void Encode_MergesOfPieces_TakesTheFirstMergeFirst()
    {
        var tokenizer = Load(GgufModels.Llama().With("tokenizer.ggml.model", "gemma4").With("tokenizer.ggml.tokens", (string[])[.. s_pieces, "<turn|>"])
            .With("tokenizer.ggml.token_type", (int[])[.. s_types, 3]).With("tokenizer.ggml.merges", (string[])["\u2581 a", "a b", "\u2581 \u2581"])
            .With("tokenizer.ggml.bos_token_id", 1).With("tokenizer.ggml.unknown_token_id", 0));

        Assert.Equal([7, 8, 6], Encode(tokenizer, "ab ab"));    // no space in front, and a space and "a" before "a" and "b"
        Assert.Equal([3, 11, 12, 13], Encode(tokenizer, "!<tool>  <turn|>"));
        Assert.Equal("ab ab!", tokenizer.Decode([7, 8, 6, 3]));
        Assert.Equal([1], tokenizer.PrefixIds);
        using var files = ModelFiles.InDirectory(_directory.Path);
        Assert.Equal([13], GenerationConfig.Load(files).EndTokens.Select(end => end.Id));
    }

    [Theory]
    [InlineData("gpt-2", "it's 123  x", "it|'s| 123| | x")]
    [InlineData("llama-bpe", "It'S 1234\n\n x!", "It|'S| |123|4|\n\n| x|!")]
    [InlineData("qwen2", "it's 12", "it|'s| |1|2")]
    [InlineData("qwen35", "e\u0301a 1", "e\u0301a| |1")]
    [InlineData("gpt-4o", "helloWorld's 1234/", "hello|World's| |123|4|/")]
    [InlineData("tekken", "helloWorld 12", "hello|World| |1|2")]
    [InlineData("deepseek-v3", "abc1234 \u4F60\u597D!x", "abc|123|4| |\u4F60\u597D|!x")]
    [InlineData("starcoder", "ab 12 c", "ab| |1|2| c")]
    public void Of_EveryPreTokenizer_CutsAsItsModelDoes(string name, string text, string expected)
    {
        IEnumerable<string> words = [text];
        foreach (var pattern in GgufPreTokenizers.Of(name))
        {
            var compiled = new Rill.Text.Patterns.Pattern(pattern);
            words = [.. words.SelectMany(word => Cut(compiled, word))];
        }

        Assert.Equal(expected, string.Join('|', words));
    }

    [Theory]
    [InlineData("unknown", "tokenizer.ggml.pre 'unknown' is not supported")]
    [InlineData(null, "tokenizer.ggml.pre 'default' is not supported")]
    public void Load_UnknownPreTokenizer_IsRefusedByName(string? name, string expected)
    {
        var writer = GgufModels.Llama().With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.tokens", (string[])["a"]).With("tokenizer.ggml.merges", Array.Empty<string>());
        Assert.Contains(expected, Refusal(name is null ? writer : writer.With("tokenizer.ggml.pre", name)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BrokenVocabularies_AreRefusedInOneSentence()
    {
        GgufWriter Start() => GgufModels.Llama().With("tokenizer.ggml.model", "llama");

        Assert.Contains("tokenizer.ggml.model is 'bert'", Refusal(GgufModels.Llama().With("tokenizer.ggml.model", "bert")), StringComparison.Ordinal);
        Assert.Contains("tokenizer.ggml.tokens is missing", Refusal(Start()), StringComparison.Ordinal);
        Assert.Contains("scores must have 1 items", Refusal(Start().With("tokenizer.ggml.tokens", (string[])["a"])), StringComparison.Ordinal);
        Assert.Contains("token_type has 2 items for 1", Refusal(Start().With("tokenizer.ggml.tokens", (string[])["a"]).With("tokenizer.ggml.token_type", (int[])[1, 1])), StringComparison.Ordinal);
        Assert.Contains(
            "eos_token_id must be a whole number from 0 to 0",
            Refusal(Start().With("tokenizer.ggml.tokens", (string[])["a"]).With("tokenizer.ggml.scores", (float[])[0]).With("tokenizer.ggml.eos_token_id", 7)), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TokensOfAnyKind_FailInOneSentenceOrNotAtAll()
    {
        object[] values =
        [
            0, -1, ulong.MaxValue, float.NaN, true, "", "\ud7ff", Array.Empty<int>(), Array.Empty<string>(), (string[])["", "", " ", "a b"], (string[])["a b", "b", " ", "a  "],
            (int[])[1, 2, 3, 4], (int[])[4, 4, 4, 4], (float[])[float.NaN, 1, 2, 3],
        ];
        string[] names = ["tokens", "scores", "merges", "token_type", "pre", "bos_token_id", "unknown_token_id", "add_bos_token", "add_space_prefix", "eot_token_id"];
        foreach (var (model, name, value) in from model in (string[])["gpt2", "llama", "gemma4"] from name in names from value in values select (model, name, value))
        {
            try
            {
                Load(Tokens(model, name).With($"tokenizer.ggml.{name}", value));
            }
            catch (Exception error) when (error is ModelFormatException or UnsupportedModelException)
            {
                Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static GgufWriter Tokens(string model, string without)
    {
        var writer = GgufModels.Llama().With("tokenizer.ggml.model", model);
        foreach (var (name, value) in ((string, object)[])
            [("pre", "gpt-2"), ("tokens", (string[])["a", "b", "ab", "<s>"]), ("token_type", (int[])[1, 1, 1, 3]), ("scores", (float[])[-1, -2, -3, 0]), ("merges", (string[])["a b"]), ("bos_token_id", 3)])
        {
            if (name != without)
            {
                writer.With("tokenizer.ggml." + name, value);
            }
        }

        return writer;
    }

    private static IEnumerable<string> Cut(Rill.Text.Patterns.Pattern pattern, string text)
    {
        var at = 0;
        while (pattern.Find(text, at, new EncodingBudget(text.Length, CancellationToken.None), out var start, out var end))
        {
            if (start > at)
            {
                yield return text[at..start];
            }

            yield return text[start..end];
            at = end;
        }

        if (at < text.Length)
        {
            yield return text[at..];
        }
    }

    private static GgufWriter Pieces(params float[] scores) => GgufModels.Llama()
        .With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", s_pieces).With("tokenizer.ggml.token_type", s_types).With("tokenizer.ggml.scores", scores)
        .With("tokenizer.ggml.bos_token_id", 1).With("tokenizer.ggml.eos_token_id", 2).With("tokenizer.ggml.unknown_token_id", 0);

    private static IReadOnlyList<int> Encode(HuggingFaceTokenizer tokenizer, string text) => tokenizer.Encode(PromptText.OfTemplate(text));

    private HuggingFaceTokenizer Load(GgufWriter writer)
    {
        File.WriteAllBytes(_directory.File("m.gguf"), writer.ToArray());
        using var files = ModelFiles.InDirectory(_directory.Path);
        return HuggingFaceTokenizer.Load(files);
    }

    private string Refusal(GgufWriter writer) => Assert.Throws<ModelFormatException>(() => Load(writer)).Message;
}
