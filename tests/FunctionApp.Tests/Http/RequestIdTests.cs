using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Tests.Http;

public class RequestIdTests
{
    [Fact]
    public void Assign_WithAVisibleAsciiId_EchoesIt() => Assert.Equal("abc-123", Assigned("abc-123"));

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("é")]
    public void Assign_WithoutAUsableId_MakesOne(string sent) => Assert.StartsWith("req_", Assigned(sent), StringComparison.Ordinal);

    [Fact]
    public void Assign_WithMoreThan128Characters_MakesOne() =>
        Assert.StartsWith("req_", Assigned(new string('a', 129)), StringComparison.Ordinal);

    private static string Assigned(string sent)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers["x-request-id"] = sent;
        RequestId.Assign(context);
        return context.Response.Headers["x-request-id"].ToString();
    }
}
