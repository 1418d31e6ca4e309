using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class StopMatcherTests
{
    [Fact]
    public void Push_WhenAStopSpansPieces_SendsNoPartOfIt()
    {
        var matcher = new StopMatcher(["END"]);

        Assert.Equal(new("the ", null), matcher.Push("the E"));
        Assert.Equal(new("", null), matcher.Push("N"));
        Assert.Equal(new("", "END"), matcher.Push("D and more"));
    }

    [Fact]
    public void Flush_AfterTheBeginningOfAStop_ReleasesIt()
    {
        var matcher = new StopMatcher(["abc"]);

        Assert.Equal("", matcher.Push("ab").Text);
        Assert.Equal("ab", matcher.Flush());
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Push_WhenAPrefixRestarts_FindsTheStop()
    {
        var matcher = new StopMatcher(["abc"]);

        Assert.Equal(new("ab", "abc"), matcher.Push("ababc"));
    }

    [Fact]
    public void Push_OfOrdinaryText_HoldsNothingBack()
    {
        var matcher = new StopMatcher(["\n\n"]);

        Assert.Equal("some words", matcher.Push("some words").Text);
        Assert.Equal("", matcher.Push("\n").Text);
        Assert.Equal("\nmore", matcher.Push("more").Text);
    }

    [Fact]
    public void Push_WhenStopsAreIncluded_SendsTheStopOnceAndHoldsNothing()
    {
        var matcher = new StopMatcher(["END"], includeStop: true);

        Assert.Equal(new("the E", null), matcher.Push("the E"));
        Assert.Equal(new("N", null), matcher.Push("N"));
        Assert.Equal(new("D", "END"), matcher.Push("D and more"));
    }

    [Fact]
    public void Push_WhenTwoStopsMatch_TakesTheEarlierPosition()
    {
        Assert.Equal(new("x", "bcd"), new StopMatcher(["d", "bcd"]).Push("xbcd"));
    }

    [Fact]
    public void Push_WhenTwoStopsBeginAlike_TakesTheFirstListed()
    {
        Assert.Equal("abc", new StopMatcher(["abc", "ab"]).Push("xabc").Stop);
        Assert.Equal("ab", new StopMatcher(["ab", "abc"]).Push("xabc").Stop);
    }

    [Fact]
    public void Push_AfterAStop_SendsNothingMore()
    {
        var matcher = new StopMatcher(["a"]);
        matcher.Push("a");

        Assert.Equal(new("", "a"), matcher.Push("b"));
        Assert.Equal("", matcher.Flush());
    }

    [Fact]
    public void Constructor_OfAnEmptyStop_Throws()
    {
        Assert.Throws<ArgumentException>(() => new StopMatcher([""]));
    }

    [Fact]
    public void Push_CutAnywhere_EqualsASearchOfTheWhole()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var text = Letters(random, 40);
            var stop = Letters(random, random.Next(1, 5));
            var position = text.IndexOf(stop, StringComparison.Ordinal);
            Assert.Equal(position < 0 ? text : text[..position], Stream(new([stop]), text, random));
            Assert.Equal(position < 0 ? text : text[..(position + stop.Length)], Stream(new([stop], includeStop: true), text, random));
        }
    }

    [Fact]
    public void Push_OfStopsThatAlmostMatch_TakesLinearTime()
    {
        var stops = Enumerable.Range(0, 16).Select(index => new string('a', 255) + (char)('b' + index)).ToArray();
        var matcher = new StopMatcher(stops);
        for (var index = 0; index < 10_000; index++)
        {
            matcher.Push("aaaaaaaaaa");
        }

        Assert.Equal(255, matcher.Flush().Length);
    }

    private static string Stream(StopMatcher matcher, string text, Random random)
    {
        var result = new StringBuilder();
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + random.Next(1, 6));
            var (piece, stop) = matcher.Push(text[start..end]);
            result.Append(piece);
            if (stop is not null)
            {
                return result.ToString();
            }

            start = end;
        }

        return result.Append(matcher.Flush()).ToString();
    }

    private static string Letters(Random random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + random.Next(3))));
}
