using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Tests.Http;

public class RequestTimeoutTests
{
    [Theory]
    [InlineData(null, null, 0, null)]
    [InlineData(null, null, 30, 30.0)]
    [InlineData("2.5", null, 30, 2.5)]
    [InlineData("60", null, 30, 30.0)]
    [InlineData("60", "600", 0, 60.0)]
    [InlineData(null, "600", 0, 600.0)]
    [InlineData(null, "soon", 0, null)]
    public void Read_OfSeveralLimits_TakesTheShortest(string? asked, string? stainless, double server, double? expected)
    {
        var (limit, error) = RequestTimeout.Read(Request(asked, stainless), server);

        Assert.Null(error);
        Assert.Equal(expected, limit?.TotalSeconds);
    }

    [Fact]
    public void Read_WhereTheSdksTimeIsMeantForTheHeaders_LeavesItOut()
    {
        Assert.Null(RequestTimeout.Read(Request(null, "30"), serverSeconds: 0, countsStainless: false).Limit);
        Assert.Equal(60, RequestTimeout.Read(Request("60", "30"), serverSeconds: 0, countsStainless: false).Limit?.TotalSeconds);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("")]
    public void Read_OfATimeoutThatIsNone_NamesTheHeader(string asked)
    {
        var (_, error) = RequestTimeout.Read(Request(asked, null), serverSeconds: 0);

        Assert.Equal(400, error!.Status);
        Assert.Equal("X-Request-Timeout", error.Param);
    }

    private static HttpRequest Request(string? asked, string? stainless)
    {
        var request = new DefaultHttpContext().Request;
        if (asked is not null)
        {
            request.Headers["X-Request-Timeout"] = asked;
        }

        if (stainless is not null)
        {
            request.Headers["X-Stainless-Timeout"] = stainless;
        }

        return request;
    }
}
