using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Core.Tests.Text.Grammar;

/// <summary>Answers with the same grammar share it, on threads of their own.</summary>
public class SharedGrammarTests
{
    private static readonly TokenVocabulary s_vocabulary = Mini();

    private static readonly string[] s_schemas =
    [
        """{"type":"object","properties":{"name":{"type":"string","pattern":"^[A-Z][a-z ]{3,40}$"},"at":{"format":"date-time"},"n":{"type":"integer","minimum":-50}},"additionalProperties":{"type":"array","items":{"type":"number"}}}""",
        """{"anyOf":[{"type":"string","pattern":"^(a|b)+c.*$"},{"type":"array","items":{"$ref":"#"}},{"type":"object","additionalProperties":{"$ref":"#"}}]}""",
    ];

    /// <summary>Some threads follow answers, others make masks: none sees a mask that differs from that of a grammar of its own.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task FillMask_OnSeveralThreads_IsThatOfAGrammarAlone(int schema)
    {
        var shared = GrammarWorld.Compile(s_schemas[schema], s_vocabulary);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => Follow(shared, s_schemas[schema], number))));
    }

    [Fact]
    public void Missing_WhereAMaskIsMade_IsNothingAndTheMaskIsThatOne()
    {
        var grammar = GrammarWorld.Compile(s_schemas[0], s_vocabulary);
        var (matcher, plain) = (new GrammarMatcher(grammar), new GrammarMatcher(GrammarWorld.Compile(s_schemas[0], s_vocabulary)));
        var work = matcher.Missing();

        Assert.NotNull(work);
        Assert.Null(work.Mask);
        while (!work.Continue())
        {
            Assert.Null(work.Mask);
        }

        Assert.Null(matcher.Missing());
        Assert.Null(new GrammarMatcher(grammar).Missing());
        Assert.Equal(Mask(plain), work.Mask);
        Assert.Equal(Mask(plain), Mask(matcher));
    }

    private static void Follow(CompiledGrammar shared, string schema, int seed)
    {
        var random = new Random(seed);
        var alone = GrammarWorld.Compile(schema, s_vocabulary);
        for (var answer = 0; answer < 6; answer++)
        {
            var (matcher, expected) = (new GrammarMatcher(shared), new GrammarMatcher(alone));
            for (var step = 0; step < 25 && !matcher.IsComplete; step++)
            {
                var mask = Mask(expected);
                if (random.Next(2) == 0)
                {
                    _ = matcher.Missing()?.Continue();
                }

                Assert.Equal(mask, Mask(matcher));
                var token = Choose(mask, random);
                Assert.True(matcher.TryAccept(token));
                Assert.True(expected.TryAccept(token));
            }
        }
    }

    private static uint[] Mask(GrammarMatcher matcher)
    {
        var mask = new uint[(s_vocabulary.Size + 31) / 32];
        matcher.FillMask(mask);
        return mask;
    }

    private static int Choose(uint[] mask, Random random)
    {
        var allowed = Enumerable.Range(0, mask.Length * 32).Where(token => (mask[token >> 5] >> token & 1) != 0 && !s_vocabulary.IsEnd(token)).ToList();
        return allowed[random.Next(allowed.Count)];
    }

    private static TokenVocabulary Mini()
    {
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(Vectors.RepositoryRoot(), "models", "rill-mini"));
        return new(tokenizer, [Enumerable.Range(0, tokenizer.VocabularySize).First(tokenizer.IsSpecial)]);
    }
}
