using System.Net.Http.Headers;
using System.Text.Json;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A whole answer that is not a stream.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The response's headers.</param>
/// <param name="Body">The body's text.</param>
internal sealed record ServerAnswer(int Status, HttpResponseHeaders Headers, string Body)
{
    public JsonElement Json => JsonElement.Parse(Body);

    /// <summary>Checks status, and that the body is the error object with its four keys, code and param as expected.</summary>
    public JsonElement AssertError(int status, string code, string? param)
    {
        Assert.True(Status == status, $"Expected status {status}, got {Status}: {Body}");
        var error = Json.GetProperty("error");
        Assert.Equal(["code", "message", "param", "type"], error.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        return error;
    }

    /// <summary>Checks for a chat completion and returns it.</summary>
    public JsonElement AssertCompletion()
    {
        Assert.True(Status == 200, $"Expected status 200, got {Status}: {Body}");
        Assert.Equal("chat.completion", Json.GetProperty("object").GetString());
        return Json;
    }
}
