using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Tests.Http;

public class ApiKeysTests
{
    [Theory]
    [InlineData("Bearer first", true)]
    [InlineData("bearer second", true)]
    [InlineData("Bearer  second ", true)]
    [InlineData("Bearer third", false)]
    [InlineData("Bearer ", false)]
    [InlineData("first", false)]
    [InlineData("Basic first", false)]
    [InlineData("", false)]
    public void Admits_WithTwoKeys_AnyOfThemAndNothingElse(string header, bool expected)
    {
        var keys = new ApiKeys(["first", "second"]);

        Assert.Equal(expected, keys.Admits(RequestWith(header)));
    }

    [Fact]
    public void Admits_WithoutKeys_Everyone() => Assert.True(new ApiKeys([]).Admits(RequestWith("")));

    [Fact]
    public void IsOpen_WithAnEmptyKeyOnly_IsTrue() => Assert.True(new ApiKeys([""]).IsOpen);

    private static HttpRequest RequestWith(string header)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = header;
        return context.Request;
    }
}
