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
    public void Constructor_OfWhatItDoesNotKnow_SaysSo(string pattern, string part)
    {
        var exception = Assert.Throws<PatternSyntaxException>(() => new Pattern(pattern));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a*", "ba", new[] { 0, 0, 1, 2 })]
    [InlineData("(?=b)", "aab", new[] { 2, 2 })]
    public void Find_OfAnEmptyMatch_GivesItsPlace(string pattern, string text, int[] expected)
    {
        var found = new List<int>();
        for (var from = 0; from <= 1 && new Pattern(pattern).Find(text, from, out var start, out var end) && found.Count < expected.Length; from++)
        {
            found.AddRange([start, end]);
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public void Find_OfARepeatedGroupInALongText_NeedsNoDeepStack()
    {
        var text = string.Concat(Enumerable.Repeat("ab", 500_000));

        Assert.True(new Pattern("(?:ab)+c|(?:ab)+").Find(text, 0, out _, out var end));
        Assert.Equal(text.Length, end);
    }

    private static List<string> Matches(Pattern pattern, string text)
    {
        var matches = new List<string>();
        for (var from = 0; pattern.Find(text, from, out var start, out var end); from = end)
        {
            matches.Add(text[start..end]);
        }

        return matches;
    }
}
