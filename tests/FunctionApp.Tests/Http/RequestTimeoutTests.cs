using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Tests.Http;

public class RequestTimeoutTests
{
    [Theory]
    [InlineData(null, 0, null)]
    [InlineData(null, 30, 30.0)]
    [InlineData("2.5", 30, 2.5)]
    [InlineData("60", 30, 30.0)]
    [InlineData("60", 0, 60.0)]
    public void Read_OfTwoLimits_TakesTheShorter(string? asked, double server, double? expected)
    {
        var (limit, error) = RequestTimeout.Read(Request(asked, "1"), server);

        Assert.Null(error);
        Assert.Equal(expected, limit?.TotalSeconds);
    }

    [Theory]
    [InlineData("600", 600.0)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void Stainless_OfWhatAnSdkSends_IsItsSeconds(string? stainless, double? expected) => Assert.Equal(expected, RequestTimeout.Stainless(Request(null, stainless)));

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
