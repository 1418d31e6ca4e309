using Rill.Text;
using Rill.Text.Patterns;

namespace Rill.Core.Tests.Text.Patterns;

public sealed class PatternTests
{
    [Theory]
    [InlineData(@"\p{L}+", "ab12cd", "ab,cd")]
    [InlineData(@"\p{L}", "a\U00010400b", "a,\U00010400,b")]
    [InlineData("[\U00010400-\U0001044F]+", "x\U00010400\U00010410y", "\U00010400\U00010410")]
    [InlineData(@"(?i:'s|'t)", "it'S 't 'ſ", "'S,'t,'ſ")]
    [InlineData(@"(?i:k)", "\u212A", "\u212A")]
    [InlineData(@"(?i:ǆ|σ)+", "ǅǄςΣσ-", "ǅǄςΣσ")]
    [InlineData(@"(?i:[à-ý]+)", "ÀÝà×", "ÀÝà")]
    [InlineData(@"\w+", "½①ⓐ\u200D_‿", "½,ⓐ,_‿")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "  , ,  ")]
    [InlineData(@"\p{N}{1,3}", "1234567", "123,456,7")]
    [InlineData(@"\p{N}{2}", "12345", "12,34")]
    [InlineData(@"a+?b", "aab", "aab")]
    [InlineData(@"a*?b|a", "aa", "a,a")]
    [InlineData(@"a++a|a+", "aaa", "aaa")]
    [InlineData(@"(ab|a)(bc|c)", "abc", "abc")]
    [InlineData(@"(?:ab)+", "ababab", "ababab")]
    [InlineData(@"(?:ab){1,2}", "ababab", "abab,ab")]
    [InlineData(@"(?:ab)+?b|ab", "abab", "ab,ab")]
    [InlineData(@"[^\s\p{L}\p{N}]+", "a--b", "--")]
    [InlineData(@"[a-c&&[^b]]+", "abca", "a,ca")]
    [InlineData(@"[]a]+", "]a", "]a")]
    [InlineData(@"[\p{Han}&&[^\u4e2d]]+", "中文字", "文字")]
    [InlineData(@"[^(\s|[.,!?…])]+", "ab.cd|(e", "ab,cd,e")]
    [InlineData(@"^b", "ab\nb", "b")]
    [InlineData(@"a$", "ab\na\na", "a,a")]
    [InlineData(@"a(?=b)", "aab", "a")]
    [InlineData(@"\P{L}+", "a1b", "1")]
    [InlineData(@"\p{^L}+", "a1b", "1")]
    [InlineData(@"\x41\x{1F642}", "A\U0001F642", "A\U0001F642")]
    [InlineData(@".", "a\nb", "a,b")]
    [InlineData(@"\d+\w+", "1_é\u0301", "1_é\u0301")]
    public void Find_OfEveryMatch_FollowsOniguruma(string pattern, string text, string expected)
    {
        Assert.Equal(expected.Split(','), Matches(new Pattern(pattern), text));
    }

    [Theory]
    [InlineData("(a", "')' is missing")]
    [InlineData("a)", "')'")]
    [InlineData("[a", "ends too early")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData(@"\b", @"\b")]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData("(?<=a)b", "kind of group")]
    [InlineData(@"\p{Greek}", "Greek")]
    [InlineData("[[:alpha:]]", "POSIX")]
    [InlineData("(a*)*", "match nothing")]
    [InlineData("(?:ab)++", "possessive")]
    [InlineData("a{2,1}", "{2,1}")]
    [InlineData("[b-a]", "range")]
    [InlineData("(?:(?:a{1,2}b){500}c){500}", "too large")]
    [InlineData("(((){1000}){1000}){1000}", "too large")]
    [InlineData("a{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}{1}", "repetitions follow one another")]
    public void Constructor_OfWhatItDoesNotKnow_SaysSo(string pattern, string part)
    {
        var exception = Assert.Throws<PatternSyntaxException>(() => new Pattern(pattern));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", "a", ")", 30_000, "too large")]
    [InlineData("(", "a", ")", 3_000, "100 groups")]
    [InlineData("(?=", "a", ")", 1_000, "100 groups")]
    [InlineData("[", "a", "]", 3_000, "100 groups")]
    [InlineData("(", "a", "){2}", 1_000, "100 groups")]
    [InlineData("", "a", "|b", 30_000, "too large")]
    public void Constructor_OfDeepNesting_RefusesItInOneSentence(string open, string inner, string close, int depth, string part)
    {
        var pattern = string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));

        var exception = Assert.Throws<PatternSyntaxException>(() => new Pattern(pattern));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 1_000);
    }

    [Fact]
    public void Find_OfAsManyGroupsAsMayBe_StillFinds()
    {
        var pattern = new Pattern(new string('(', 100) + "a" + new string(')', 100));

        Assert.True(pattern.Find("ba", 0, Budget("ba"), out var start, out _));
        Assert.Equal(1, start);
    }

    [Theory]
    [InlineData("a*", "ba", new[] { 0, 0, 1, 2 })]
    [InlineData("(?=b)", "aab", new[] { 2, 2 })]
    public void Find_OfAnEmptyMatch_GivesItsPlace(string pattern, string text, int[] expected)
    {
        var found = new List<int>();
        for (var from = 0; from <= 1 && new Pattern(pattern).Find(text, from, Budget(text), out var start, out var end) && found.Count < expected.Length; from++)
        {
            found.AddRange([start, end]);
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public void Find_OfARepeatedGroupInALongText_NeedsNoDeepStack()
    {
        var text = string.Concat(Enumerable.Repeat("ab", 500_000));

        Assert.True(new Pattern("(?:ab)+c|(?:ab)+").Find(text, 0, Budget(text), out _, out var end));
        Assert.Equal(text.Length, end);
    }

    private static EncodingBudget Budget(string text) => new(text.Length, CancellationToken.None);

    private static List<string> Matches(Pattern pattern, string text)
    {
        var matches = new List<string>();
        for (var from = 0; pattern.Find(text, from, Budget(text), out var start, out var end); from = end)
        {
            matches.Add(text[start..end]);
        }

        return matches;
    }
}
