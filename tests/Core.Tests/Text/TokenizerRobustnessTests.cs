using System.Diagnostics;
using System.Text;
using Rill.Text;
using Xunit.Abstractions;

namespace Rill.Core.Tests.Text;

/// <summary>Texts made to be slow: each must take time in proportion to its length, whatever it is made of.</summary>
public sealed class TokenizerRobustnessTests(ITestOutputHelper output)
{
    // The body cap: what one request can bring.
    private const int Largest = 4 << 20;

    // Small enough for all families, large enough that quadratic time would show.
    private const int Size = 1 << 16;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static readonly string[] s_units =
    [
        "a", " ", "\n", "7", "!", "🙂", "\u0301", "\u0301\u0323", "中", "▁", "a▁", "a ", "\uD800", "\uFFFE", "é\uFFFF", "\0", "\r\n ",
        "\u1112\u1161\u11AB", "<|im_end|>", "<|im_", "<s", "</s>", "'s", "abcdefghij",
    ];

    [SkippableTheory]
    [InlineData("qwen3", "a")]
    [InlineData("qwen3", "\u0301")]
    [InlineData("llama-3", " ")]
    [InlineData("phi-3", "🙂")]
    public void Encode_OfTheLargestBodyOfOneThing_TakesLinearTime(string family, string unit)
    {
        Check(TokenizerVectorTests.Load(family), unit, Largest);
    }

    [SkippableTheory]
    [MemberData(nameof(TokenizerVectorTests.Families), MemberType = typeof(TokenizerVectorTests))]
    public void Encode_OfOneThingRepeated_TakesLinearTime(string family)
    {
        var tokenizer = TokenizerVectorTests.Load(family);
        foreach (var unit in s_units)
        {
            Check(tokenizer, unit, Size);
        }
    }

    // Two families are missing, whose vocabularies lack some bytes: what needs them is dropped, in the reference too.
    [SkippableTheory]
    [InlineData("gpt-2")]
    [InlineData("qwen3")]
    [InlineData("llama-3")]
    [InlineData("deepseek-coder")]
    [InlineData("phi-3")]
    [InlineData("mistral-v3")]
    public void Encode_OfRandomBytes_GivesAllTextBack(string family)
    {
        var bytes = new byte[Size];
        new Random(12).NextBytes(bytes);
        var tokenizer = TokenizerVectorTests.Load(family);
        var text = TokenizerVectorTests.WithoutInexactTokens(Encoding.UTF8.GetString(bytes), tokenizer);

        var decoded = tokenizer.Decode(tokenizer.Encode(PromptText.OfRequest(text)));

        Assert.Equal(text.Normalize(), decoded.Normalize());
    }

    [SkippableTheory]
    [InlineData("qwen3")]
    [InlineData("llama-3")]
    public void Encode_OfTheTemplatesSpecialTokens_TakesLinearTime(string family)
    {
        var tokenizer = TokenizerVectorTests.Load(family);
        var runs = Enumerable.Range(0, 10_000).SelectMany(index =>
            new[] { new PromptRun("<|im_start|>user\n", false), new PromptRun($"e\u0301 {index}", true), new PromptRun("<|im_end|>\n", false) });
        var prompt = new PromptText(runs);
        var watch = Stopwatch.StartNew();

        tokenizer.Encode(prompt);

        output.WriteLine($"{watch.Elapsed.TotalMilliseconds:0} ms");
        Assert.True(watch.Elapsed < s_limit, watch.Elapsed.ToString());
    }

    private void Check(HuggingFaceTokenizer tokenizer, string unit, int size)
    {
        var text = new StringBuilder().Insert(0, unit, size / Encoding.UTF8.GetByteCount(unit)).ToString();
        var watch = Stopwatch.StartNew();

        var ids = tokenizer.Encode(PromptText.OfRequest(text));

        output.WriteLine($"{unit}: {watch.Elapsed.TotalMilliseconds:0} ms, {ids.Count} tokens");
        Assert.True(watch.Elapsed < s_limit, $"{watch.Elapsed} for '{unit}'");
        Assert.NotEmpty(ids);
        Assert.DoesNotContain(ids, tokenizer.IsSpecial);
    }
}
