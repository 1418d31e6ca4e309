using System.Text;
using System.Text.Json.Nodes;
using Rill.Text;
using Rill.Text.Tokenization;
using Rill.Text.Tokenization.Bpe;
using Rill.Text.Tokenization.Files;

namespace Rill.Core.Tests.Text;

/// <summary>Cutting a text where no merge joins must not change a token.</summary>
public sealed class MergeSeamsTests
{
    private static readonly string[] s_tokens = ["a", "b", "c", ".", "ab", "▁", "▁a", "<unk>", "<0xC3>", "<0xA9>", "<0xC3>a", "<unk>b", "bc"];

    // What models join and what they do not, characters without a token, and text that looks like tokens.
    private static readonly string[] s_alphabet =
        ["a", "b", "e", "ing", "The", "public", "(", ")", ");", ".", "..", "://", "\n", "\r\n", "\t", "▁", "▁▁▁▁", "▁the", "0", "2024", "é", "中", "中文", "🙂", "\u0301",
            "\0", "\u007F", "<0x0A>", "<unk>", "</s>", "_", "=", "==", "\"", "'", ">", "{"];

    [Theory]
    [InlineData("ab.ab", 2)]
    [InlineData("a▁ab", 1)]
    [InlineData("▁▁ab", 4)]
    [InlineData("aéb", 2)]
    [InlineData("a", 1)]
    public void FirstPart_OfText_EndsWhereNoMergeJoins(string text, int expected)
    {
        var seams = new MergeSeams();
        seams.Join("ca"u8, "bc"u8);
        seams.Join("▁"u8, "▁"u8);
        seams.Join("▁▁"u8, "a"u8);

        Assert.Equal(expected, seams.FirstPart(text));
    }

    [Theory]
    [InlineData("axb", new[] { 4 })]
    [InlineData("aéb", new[] { 4 })]
    [InlineData("ab.ab", new[] { 4, 3, 4 })]
    [InlineData("axxb.", new[] { 4, 3 })]
    [InlineData("bxc", new[] { 12 })]
    [InlineData("éé▁a", new[] { 6 })]
    public void Encode_WithoutUnknownToken_LetsNeighboursOfWhatVanishesMeet(string text, int[] expected)
    {
        Assert.Equal(expected, New(null, fuses: false, "a b", "▁ a", "b c").EncodeToIds(text));
    }

    [Theory]
    [InlineData("axxb.", new[] { 0, 7, 11, 3 })]
    [InlineData("aéb", new[] { 0, 11 })]
    [InlineData("éé▁a", new[] { 7, 7, 6 })]
    public void Encode_WithMergesOfTheUnknownToken_MakesThem(string text, int[] expected)
    {
        Assert.Equal(expected, New("<unk>", fuses: false, "a b", "▁ a", "<unk> b", "b c").EncodeToIds(text));
    }

    [Theory]
    [InlineData("axxb.", new[] { 0, 7, 1, 3 })]
    [InlineData("éé▁a", new[] { 7, 6 })]
    [InlineData("x▁a", new[] { 7, 6 })]
    public void Encode_WithFusedUnknownToken_FusesAcrossNoSeam(string text, int[] expected)
    {
        Assert.Equal(expected, New("<unk>", fuses: true, "a b", "▁ a", "b c").EncodeToIds(text));
    }

    [SkippableTheory]
    [InlineData("phi-3")]
    [InlineData("mistral-v3")]
    public void Encode_OfRandomTexts_EqualsThatOfTheUncutText(string family)
    {
        using var files = new DirectoryFiles(Vectors.Path("tokenizers", family));
        var source = TokenizerSourceReader.Read(files, "tokenizer.json");
        var options = new BpeOptions(IgnoresMerges: false, new UnknownToken(0, Fuses: true));
        var cut = new CharacterBpe(source.Tokens, source.Merges, options, fallsBackToBytes: true, source.Seams);
        var whole = new CharacterBpe(source.Tokens, source.Merges, options, fallsBackToBytes: true, NoSeams());
        var random = new Random(7);
        var parts = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => s_alphabet[random.Next(s_alphabet.Length)]));
            var (expected, actual) = (new List<int>(), new List<int>());
            whole.Encode(text, expected, new(text.Length, default));
            cut.Encode(text, actual, new(text.Length, default));
            Assert.Equal(expected, actual);
            parts += source.Seams.FirstPart(text) < text.Length ? 1 : 0;
        }

        // Without it this would prove nothing.
        Assert.InRange(parts, 1_000, 3_000);
    }

    private static MergeSeams NoSeams()
    {
        var seams = new MergeSeams();
        foreach (var value in Enumerable.Range(0, 128))
        {
            seams.Close((char)value);
        }

        seams.Close('▁');
        seams.Close('\uFFFD');
        return seams;
    }

    private static HuggingFaceTokenizer New(string? unknown, bool fuses, params string[] merges)
    {
        var root = JsonNode.Parse(
            """
            {
              "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
              "model": {"type": "BPE", "byte_fallback": false}
            }
            """)!;
        var model = root["model"]!;
        model["unk_token"] = unknown;
        model["fuse_unk"] = fuses;
        model["vocab"] = new JsonObject(s_tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        model["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]);
        return TinyTokenizer.FromText(root.ToJsonString());
    }
}
