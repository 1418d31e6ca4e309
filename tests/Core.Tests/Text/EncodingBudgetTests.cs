using System.Diagnostics;
using System.Text.Json.Nodes;
using Rill.Text;
using Rill.Text.Patterns;

namespace Rill.Core.Tests.Text;

/// <summary>Whatever a tokenizer's file says and whatever the text, encoding ends soon, in bounded memory, and at once when it is cancelled.</summary>
public sealed class EncodingBudgetTests
{
    // A second or two on a quiet machine.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);

    public static TheoryData<string> HostilePatterns => new(
        "(a+)+$",
        "(?=(a+)+c)a",
        "(a{1,100}){1,100}c",
        "(.*a){30}c",
        "(a|aa)+c",
        "(a|aa)+$",
        "a*a*a*a*c",
        "a+c",
        "[^b]*c",
        "(a|b)*?c$",
        "((a{0,9}){0,9}){0,9}c",
        "(?!(a+)+c)(?!(a|aa)+d)a");

    [Theory]
    [MemberData(nameof(HostilePatterns))]
    public void Encode_WithAPatternOfMoreThanLinearTime_EndsSoon(string pattern)
    {
        var tokenizer = WithSplit(pattern);
        var random = new Random(1);
        var mixed = string.Concat(Enumerable.Range(0, 20_000).Select(_ => "aab "[random.Next(4)]));
        foreach (var text in new[] { new string('a', 30) + "b", new string('a', 20_000) + "b", new string('a', 200_000), mixed })
        {
            var clock = Stopwatch.StartNew();
            try
            {
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(PromptText.OfRequest(text))));
            }
            catch (EncodingLimitException exception)
            {
                Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
            }

            Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_soon);
        }
    }

    [Fact]
    public void Encode_WithAPatternThatTakesExponentialTime_IsRefused() =>
        Assert.Throws<EncodingLimitException>(() => WithSplit("(a+)+$").Encode(PromptText.OfRequest(new string('a', 30) + "b")));

    [Fact]
    public async Task Encode_WhenItIsCancelled_Ends()
    {
        var tokenizer = WithSplit("(a|aa)+$");
        using var cancellation = new CancellationTokenSource();
        var text = PromptText.OfRequest(new string('a', 4 << 20) + "b");

        var encoding = Task.Run(() => tokenizer.Encode(text, cancellation.Token));
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encoding.WaitAsync(s_soon));
    }

    [Fact]
    public void Encode_OfOneLongWord_LooksAtTheCancellation()
    {
        var merging = TinyTokenizer.New(root => root["pre_tokenizer"]!["use_regex"] = false);

        Assert.ThrowsAny<OperationCanceledException>(
            () => merging.Encode(PromptText.OfRequest(new string('l', 100_000)), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Spend_UpToTheBound_LooksAtTheCancellationOnTheWay()
    {
        using var cancellation = new CancellationTokenSource();
        var budget = new EncodingBudget(0, cancellation.Token);
        budget.Spend(1);
        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(() =>
        {
            for (var step = 0; step <= 2 * EncodingBudget.StepsBetweenLooks; step++)
            {
                budget.Spend(1);
            }
        });
    }

    [Theory]
    [InlineData(3, 1_000)]
    [InlineData(30, 2)]
    public void Encode_WithNormalizersThatMultiplyTheText_RefusesBeforeItIsMade(int steps, int times)
    {
        var tokenizer = TinyTokenizer.New(root => root["normalizer"] = Repeated(steps, times, "normalizers"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var exception = Assert.Throws<EncodingLimitException>(() => tokenizer.Encode(PromptText.OfRequest("user: a")));

        Assert.Contains("normalizer", exception.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Fact]
    public void Encode_WithTheWorstOfNfkc_StaysWithinTheBudget()
    {
        var tokenizer = TinyTokenizer.New(root => root["normalizer"] = JsonNode.Parse("""{"type": "NFKC"}"""));

        Assert.NotEmpty(tokenizer.Encode(PromptText.OfRequest(new string('\uFDFA', 200_000))));
    }

    [Fact]
    public void Load_OfADecoderThatMultipliesTokens_IsRefused() => Refuses("decoder", root =>
    {
        root["pre_tokenizer"] = null;
        root["decoder"] = Repeated(3, 1_000, "decoders");
    });

    [Fact]
    public void Load_OfAnAddedTokenThatItsNormalizerMultiplies_IsRefused() => Refuses("normalizer", root =>
    {
        root["normalizer"] = Repeated(3, 1_000, "normalizers");
        root["added_tokens"] = JsonNode.Parse("""[{"content": "aspirin", "normalized": true}]""");
    });

    [Theory]
    [InlineData("normalizer", "normalizers", """{"type": "NFC"}""")]
    [InlineData("pre_tokenizer", "pretokenizers", """{"type": "Digits"}""")]
    [InlineData("decoder", "decoders", """{"type": "Replace", "pattern": {"String": "a"}, "content": "b"}""")]
    public void Load_OfMoreStepsThanAnyModelHas_IsRefused(string member, string parts, string step) => Refuses("64 steps", root =>
    {
        root["pre_tokenizer"] = null;
        root[member] = new JsonObject
        {
            ["type"] = "Sequence",
            [parts] = new JsonArray([.. Enumerable.Range(0, 65).Select(_ => JsonNode.Parse(step))]),
        };
    });

    [Theory]
    [InlineData("normalizer", "normalizers")]
    [InlineData("pre_tokenizer", "pretokenizers")]
    [InlineData("decoder", "decoders")]
    [InlineData("post_processor", "processors")]
    public void Load_OfDeeplyNestedSequences_IsRefused(string member, string parts)
    {
        const int Depth = 30_000;
        var open = $$"""{"type": "Sequence", "{{parts}}": [""";
        var nested = string.Concat(Enumerable.Repeat(open, Depth)) + string.Concat(Enumerable.Repeat("]}", Depth));
        var json = TinyTokenizer.Json(root => root[member] = "HERE").Replace("\"HERE\"", nested, StringComparison.Ordinal);

        var exception = Assert.Throws<UnsupportedModelException>(() => TinyTokenizer.FromText(json));

        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 1_000);
    }

    [Fact]
    public void Load_OfADeeplyNestedPattern_IsRefused() => Refuses("groups", root => root["pre_tokenizer"] = Split(new string('(', 3_000) + "a" + new string(')', 3_000)));

    [Fact]
    public void Encode_WithAnAddedTokenThatNearlyMatchesEverywhere_EndsSoon()
    {
        var token = new string('a', 100_000) + "b";
        var tokenizer = TinyTokenizer.New(root => root["added_tokens"] = JsonNode.Parse($$"""[{"content": "{{token}}"}]"""));
        var clock = Stopwatch.StartNew();

        Assert.Throws<EncodingLimitException>(() => tokenizer.Encode(PromptText.OfRequest(new string('a', 300_000))));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_soon);
    }

    [Fact]
    public void Encode_WithATokenOfSpaceThatSwallowsSpace_EndsSoon()
    {
        var tokenizer = TinyTokenizer.New(root => root["added_tokens"] = JsonNode.Parse("""[{"content": " ", "rstrip": true}]"""));
        var clock = Stopwatch.StartNew();

        Assert.Throws<EncodingLimitException>(() => tokenizer.Encode(PromptText.OfRequest(new string(' ', 300_000))));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, s_soon);
    }

    private static void Refuses(string part, Action<JsonNode> change)
    {
        var exception = Assert.Throws<UnsupportedModelException>(() => TinyTokenizer.New(change));

        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    private static HuggingFaceTokenizer WithSplit(string pattern) => TinyTokenizer.New(root => root["pre_tokenizer"] = Split(pattern));

    private static JsonObject Split(string pattern) => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = pattern }, ["behavior"] = "Isolated" },
            JsonNode.Parse("""{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}""")),
    };

    private static JsonObject Repeated(int steps, int times, string parts) => new()
    {
        ["type"] = "Sequence",
        [parts] = new JsonArray([.. Enumerable.Range(0, steps).Select(_ => JsonNode.Parse(
            $$"""{"type": "Replace", "pattern": {"String": "a"}, "content": "{{new string('a', times)}}"}"""))]),
    };
}
