using System.Text;
using System.Text.Json;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;
using Rill.Text.Grammar.Strings;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>A mask says of every token what a step would say.</summary>
public class MaskTests
{
    private const string Schema = """
        {"type":"object","additionalProperties":{"type":"string","maxLength":20},"required":["id","text"],"properties":{
          "id":{"type":"integer","minimum":10,"maximum":99999},
          "text":{"type":"string"},
          "short":{"type":"string","minLength":2,"maxLength":5},
          "code":{"type":"string","pattern":"^[A-Z]{2}-.*é$"},
          "kind":{"enum":["a","ab","b\"c",null,1.5]},
          "list":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"number"}},{"type":"boolean"}]}},
          "any":{}}}
        """;

    private static readonly string[] s_strings =
    [
        """{"type":"string","pattern":"^[a-z][a-z0-9-]{3,30}$"}""",
        """{"type":"string","pattern":"^[\\w .-]+$","maxLength":40}""",
        """{"type":"string","pattern":"^(?:\\S+\\s+){0,29}\\S+$","maxLength":300}""",
        """{"type":"string","pattern":"^(?:\\S+\\s+){0,3}\\S+$","minLength":5,"maxLength":150}""",
        """{"type":"string","pattern":"^[^,]*,?[^,]*$"}""",
        """{"type":"string","maxLength":12}""",
        """{"anyOf":[{"type":"string","maxLength":12},{"type":"string","minLength":3,"maxLength":40}]}""",
        """{"type":"string","format":"email"}""",
        """{"anyOf":[{"type":"string","pattern":"^[a-z ]+$"},{"type":"string","pattern":"^[A-Za-z]+-.*$"}]}""",
        """{"type":"object","additionalProperties":{},"properties":{"able":{},"about":{},"a b":{}}}""",
        """{"type":"object","patternProperties":{"^[a-z_]+$":{}},"additionalProperties":false}""",
    ];

    public static TheoryData<string> Tokenizers => ["rill-mini", "qwen3", "phi-3"];

    [SkippableTheory]
    [MemberData(nameof(Tokenizers))]
    public void FillMask_AfterRandomTexts_AgreesWithEveryTokensStep(string name)
    {
        var tokenizer = HuggingFaceTokenizer.Load(name == "rill-mini"
            ? Path.Combine(Vectors.RepositoryRoot(), "models", name)
            : Vectors.Path("tokenizers", name));
        int[] ends = [Enumerable.Range(0, tokenizer.VocabularySize).First(tokenizer.IsSpecial)];
        var vocabulary = new TokenVocabulary(tokenizer, ends);
        var grammar = GrammarWorld.Compile(Schema, vocabulary);
        var random = new Random(7);
        var mask = new uint[(tokenizer.VocabularySize + 31) / 32];

        for (var walk = 0; walk < 3; walk++)
        {
            var matcher = new GrammarMatcher(grammar);
            for (var step = 0; step < 25 && !matcher.IsComplete; step++)
            {
                matcher.FillMask(mask);
                var allowed = Allowed(mask);
                Assert.NotEmpty(allowed);
                Check(matcher, mask, random, tokenizer.VocabularySize);
                var token = allowed[random.Next(allowed.Count)];
                if (vocabulary.IsEnd(token))
                {
                    break;
                }

                Assert.True(matcher.TryAccept(token));
            }
        }
    }

    /// <summary>Of strings most tokens are found without a walk, in several ways: by the whole, by their length, by groups of characters.</summary>
    [SkippableTheory]
    [InlineData("rill-mini")]
    [InlineData("qwen3")]
    public void FillMask_WithinStrings_AgreesWithEveryTokensStep(string name)
    {
        var tokenizer = HuggingFaceTokenizer.Load(name == "rill-mini"
            ? Path.Combine(Vectors.RepositoryRoot(), "models", name)
            : Vectors.Path("tokenizers", name));
        var vocabulary = new TokenVocabulary(tokenizer, [Enumerable.Range(0, tokenizer.VocabularySize).First(tokenizer.IsSpecial)]);
        var (random, mask) = (new Random(11), new uint[(tokenizer.VocabularySize + 31) / 32]);
        foreach (var schema in s_strings)
        {
            var matcher = new GrammarMatcher(GrammarWorld.Compile(schema, vocabulary));
            for (var step = 0; step < 9 && !matcher.IsComplete; step++)
            {
                matcher.FillMask(mask);
                Check(matcher, mask, random, tokenizer.VocabularySize);
                var allowed = Allowed(mask);
                var open = allowed.Where(token => !tokenizer.GetBytes(token).Contains((byte)'"')).ToList();
                var token = step > 1 && open.Count > 0 ? open[random.Next(open.Count)] : allowed[random.Next(allowed.Count)];
                if (vocabulary.IsEnd(token))
                {
                    break;
                }

                Assert.True(matcher.TryAccept(token));
            }
        }
    }

    /// <summary>Texts of tagged arguments: what may follow a mark that has begun is said by what stands behind it, whatever the bounds of length.</summary>
    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(2, int.MaxValue)]
    [InlineData(0, 40)]
    [InlineData(0, 400)]
    public void FillMask_WithinTheMarkBehindABareText_AgreesWithEveryTokensStep(int least, int most)
    {
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(Vectors.RepositoryRoot(), "models", "rill-mini"));
        var vocabulary = new TokenVocabulary(tokenizer, []);
        var text = new StringMachine(StringAutomaton.Any, least, most).BareWithout("</a", new AutomatonBuilder(new GrammarLimits()));
        var matcher = new GrammarMatcher(new CompiledGrammar(new AnswerProgram().Value(text).Literal("</a").Literal("!").Build(), vocabulary));
        var mask = new uint[(tokenizer.VocabularySize + 31) / 32];

        Assert.True(matcher.TryAccept("so it is</"u8));
        matcher.FillMask(mask);

        Check(matcher, mask, new Random(5), tokenizer.VocabularySize);
        Assert.InRange(Allowed(mask).Count, 100, tokenizer.VocabularySize);
    }

    /// <summary>Masks within strings are shared: those of one room of any string with bounds.</summary>
    [Fact]
    public void FillMask_OfStringsWithTheSameRoom_IsTheSame()
    {
        var (shorter, longer) = (new uint[9], new uint[9]);
        FillBehind("""{"type":"string","maxLength":5}""", "\"ab", shorter);
        FillBehind("""{"type":"string","minLength":4,"maxLength":9}""", "\"abcdef", longer);

        Assert.Equal(shorter, longer);

        static void FillBehind(string schema, string text, uint[] mask)
        {
            var matcher = new GrammarMatcher(GrammarWorld.Compile(schema));
            Assert.True(matcher.TryAccept(Encoding.UTF8.GetBytes(text)));
            matcher.FillMask(mask);
        }
    }

    [Fact]
    public void FillMask_OfBytes_LeadsToAValueThatObeysTheSchema()
    {
        var grammar = GrammarWorld.Compile(Schema);
        var random = new Random(3);
        var mask = new uint[(ByteTokenizer.EndOfText / 32) + 1];
        var complete = 0;
        for (var walk = 0; walk < 60; walk++)
        {
            var matcher = new GrammarMatcher(grammar);
            var text = new List<byte>();
            while (!matcher.IsComplete && text.Count < 3_000)
            {
                matcher.FillMask(mask);
                var token = Choose(Allowed(mask), random);
                Assert.True(matcher.TryAccept(token));
                text.Add((byte)token);
            }

            if (matcher.IsComplete)
            {
                complete++;
                AssertObeys(JsonElement.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. text])));
            }
        }

        Assert.InRange(complete, 30, 60);
    }

    [Fact]
    public void RollBack_OfTokens_RestoresTheMask()
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile("""{"enum":["ab","ac"]}"""));
        var (before, after) = (new uint[9], new uint[9]);
        Assert.True(matcher.TryAccept('"') && matcher.TryAccept('a'));
        matcher.FillMask(before);

        Assert.True(matcher.TryAccept('c') && matcher.TryAccept('"') && matcher.TryAccept(ByteTokenizer.EndOfText));
        Assert.False(matcher.TryAccept('"'));
        matcher.RollBack(3);
        matcher.FillMask(after);

        Assert.Equal(['b', 'c'], Allowed(after).Select(token => (char)token));
        Assert.Equal(before, after);
        Assert.Throws<ArgumentOutOfRangeException>(() => matcher.RollBack(3));
    }

    [Fact]
    public void FillMask_WhereTheTextMayEnd_DoesNotLetItEndOneByteLater()
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile("""{"type":"number"}"""));
        Assert.True(matcher.TryAccept('1'));
        matcher.FillMask(new uint[9]);

        Assert.True(matcher.TryAccept('.'));

        Assert.False(matcher.MayEnd);
    }

    [Fact]
    public void FillMask_OfAVocabularyWithoutANeededToken_IsEmpty()
    {
        var matcher = new GrammarMatcher(GrammarWorld.Compile("""{"const":"é"}"""));
        var mask = new uint[4];

        Assert.True(matcher.TryAccept('"'));
        matcher.FillMask(mask);

        // The mask is that of a smaller embedding, which has no row for the bytes that follow.
        Assert.All(mask, word => Assert.Equal(0u, word));
    }

    [Fact]
    public void FillMask_OfStatesThatOnlyCount_IsOneMask()
    {
        var grammar = GrammarWorld.Compile("""{"type":"string","minLength":3,"maxLength":5000}""");
        var (masks, mask) = (new HashSet<string>(), new uint[9]);
        var matcher = new GrammarMatcher(grammar);
        Assert.True(matcher.TryAccept('"'));
        for (var length = 0; length <= 5000; length++)
        {
            matcher.FillMask(mask);
            masks.Add(string.Join(',', mask));
            Assert.Equal(length < 5000, matcher.TryAccept('x'));
        }

        // Too short, long enough, and full.
        Assert.Equal(3, masks.Count);
    }

    private static void Check(GrammarMatcher matcher, uint[] mask, Random random, int vocabulary)
    {
        for (var token = random.Next(vocabulary > 40_000 ? 37 : 1); token < vocabulary; token += vocabulary > 40_000 ? 37 : 1)
        {
            var isAllowed = (mask[token >> 5] >> token & 1) != 0;
            Assert.True(isAllowed == matcher.TryAccept(token), $"The mask and the step differ on token {token}.");
            if (isAllowed)
            {
                matcher.RollBack(1);
            }
        }
    }

    private static List<int> Allowed(uint[] mask) =>
        [.. Enumerable.Range(0, mask.Length * 32).Where(token => (mask[token >> 5] >> token & 1) != 0)];

    /// <summary>Ends strings and lists rather often.</summary>
    private static int Choose(List<int> allowed, Random random) =>
        random.Next(3) == 0 && allowed.Find(token => token is '"' or '}' or ']') is var end and > 0 ? end : allowed[random.Next(allowed.Count)];

    private static void AssertObeys(JsonElement value)
    {
        Assert.InRange(value.GetProperty("id").GetInt32(), 10, 99999);
        Assert.Equal(JsonValueKind.String, value.GetProperty("text").ValueKind);
        if (value.TryGetProperty("short", out var brief))
        {
            Assert.InRange(brief.GetString()!.EnumerateRunes().Count(), 2, 5);
        }

        if (value.TryGetProperty("code", out var code))
        {
            Assert.Matches("^[A-Z]{2}-[\\s\\S]*é$", code.GetString()!);
        }

        if (value.TryGetProperty("kind", out var kind))
        {
            Assert.Contains(kind.GetRawText(), new[] { "\"a\"", "\"ab\"", "\"b\\\"c\"", "null", "1.5" });
        }

        string[] named = ["id", "text", "short", "code", "kind", "list", "any"];
        Assert.All(value.EnumerateObject().Where(member => !named.Contains(member.Name)),
            member => Assert.InRange(member.Value.GetString()!.EnumerateRunes().Count(), 0, 20));
    }
}
