using System.Text;
using Rill.Text;

namespace Rill.Core.Tests.Text;

public sealed class StopCheckerTests
{
    [Fact]
    public void Push_WhenAStopSpansPieces_SendsNoPartOfIt()
    {
        var checker = new StopChecker(["END"]);

        Assert.Equal(new("the ", null), checker.Push("the E"));
        Assert.Equal(new("", null), checker.Push("N"));
        Assert.Equal(new("", "END"), checker.Push("D and more"));
    }

    [Fact]
    public void Flush_AfterTheBeginningOfAStop_ReleasesIt()
    {
        var checker = new StopChecker(["abc"]);

        Assert.Equal("", checker.Push("ab").Text);
        Assert.Equal("ab", checker.Flush());
        Assert.Equal("", checker.Flush());
    }

    [Fact]
    public void Push_WhenAPrefixRestarts_FindsTheStop()
    {
        var checker = new StopChecker(["abc"]);

        Assert.Equal(new("ab", "abc"), checker.Push("ababc"));
    }

    [Fact]
    public void Push_OfOrdinaryText_HoldsNothingBack()
    {
        var checker = new StopChecker(["\n\n"]);

        Assert.Equal("some words", checker.Push("some words").Text);
        Assert.Equal("", checker.Push("\n").Text);
        Assert.Equal("\nmore", checker.Push("more").Text);
    }

    [Fact]
    public void Push_WhenStopsAreIncluded_SendsTheStopOnceAndHoldsNothing()
    {
        var checker = new StopChecker(["END"], includeStop: true);

        Assert.Equal(new("the E", null), checker.Push("the E"));
        Assert.Equal(new("N", null), checker.Push("N"));
        Assert.Equal(new("D", "END"), checker.Push("D and more"));
    }

    [Fact]
    public void Push_WhenTwoStopsMatch_TakesTheEarlierPosition()
    {
        Assert.Equal(new("x", "bcd"), new StopChecker(["d", "bcd"]).Push("xbcd"));
    }

    [Fact]
    public void Push_WhenTwoStopsBeginAlike_TakesTheFirstListed()
    {
        Assert.Equal("abc", new StopChecker(["abc", "ab"]).Push("xabc").Stop);
        Assert.Equal("ab", new StopChecker(["ab", "abc"]).Push("xabc").Stop);
    }

    [Fact]
    public void Push_AfterAStop_SendsNothingMore()
    {
        var checker = new StopChecker(["a"]);
        checker.Push("a");

        Assert.Equal(new("", "a"), checker.Push("b"));
        Assert.Equal("", checker.Flush());
    }

    [Fact]
    public void Constructor_OfAnEmptyStop_Throws()
    {
        Assert.Throws<ArgumentException>(() => new StopChecker([""]));
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
        var checker = new StopChecker(stops);
        for (var index = 0; index < 10_000; index++)
        {
            checker.Push("aaaaaaaaaa");
        }

        Assert.Equal(255, checker.Flush().Length);
    }

    private static string Stream(StopChecker checker, string text, Random random)
    {
        var result = new StringBuilder();
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(text.Length, start + random.Next(1, 6));
            var (piece, stop) = checker.Push(text[start..end]);
            result.Append(piece);
            if (stop is not null)
            {
                return result.ToString();
            }

            start = end;
        }

        return result.Append(checker.Flush()).ToString();
    }

    private static string Letters(Random random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + random.Next(3))));
}
