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

    [Theory]
    [InlineData("Bearer first", 0)]
    [InlineData("Bearer second", 1)]
    [InlineData("Bearer third", null)]
    public void OwnerOf_ARequest_IsTheKeyThatItCarries(string header, int? owner) =>
        Assert.Equal(owner, new ApiKeys(["first", "second"]).OwnerOf(RequestWith(header)));

    [Theory]
    [InlineData("api-key", "first", true)]
    [InlineData("Api-Key", " second ", true)]
    [InlineData("x-api-key", "second", true)]
    [InlineData("api-key", "third", false)]
    [InlineData("api-key", "", false)]
    [InlineData("x-api-key", "Bearer first", false)]
    [InlineData("x-other-key", "first", false)]
    public void Admits_AKeyUnderAnotherName_AsAzuresAndAnthropicsClientsSendIt(string name, string key, bool expected)
    {
        var request = RequestWith("");
        request.Headers[name] = key;

        Assert.Equal(expected, new ApiKeys(["first", "second"]).Admits(request));
    }

    [Fact]
    public void Admits_OfTwoKeysOneThatIsWrong_TheOther()
    {
        var request = RequestWith("Bearer unused");
        request.Headers["api-key"] = "first";

        Assert.True(new ApiKeys(["first"]).Admits(request));
    }

    [Fact]
    public void Admits_AKeyOfAFileThatEndsWithALineEnd() => Assert.True(new ApiKeys([" first\n"]).Admits(RequestWith("Bearer first")));

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
