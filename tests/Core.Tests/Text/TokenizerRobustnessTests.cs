using System.Diagnostics;
using System.Text;
using Rill.Text;
using Xunit.Abstractions;

namespace Rill.Core.Tests.Text;

/// <summary>Texts made to be slow: each must take time in proportion to its length, whatever it is made of.</summary>
public sealed class TokenizerRobustnessTests(ITestOutputHelper output)
{
    // Small enough for a quick test, large enough that quadratic time would be far beyond the limit.
    private const int Size = 1 << 18;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    [SkippableTheory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("7")]
    [InlineData("!")]
    [InlineData("🙂")]
    [InlineData("\u0301")]
    [InlineData("\u0301\u0323")]
    [InlineData("中")]
    [InlineData("\uD800")]
    [InlineData("<|im_end|>")]
    [InlineData("<|im_")]
    public void Encode_OfOneThingRepeated_TakesLinearTime(string unit)
    {
        var tokenizer = TokenizerVectorTests.Load("qwen3");
        var text = new StringBuilder().Insert(0, unit, Size / Encoding.UTF8.GetByteCount(unit)).ToString();
        var watch = Stopwatch.StartNew();

        var ids = tokenizer.Encode(PromptText.OfRequest(text));

        output.WriteLine($"{watch.Elapsed.TotalMilliseconds:0} ms, {ids.Count} tokens");
        Assert.True(watch.Elapsed < s_limit, $"{watch.Elapsed} for '{unit}'");
        Assert.NotEmpty(ids);
        Assert.DoesNotContain(ids, tokenizer.IsSpecial);
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
}
