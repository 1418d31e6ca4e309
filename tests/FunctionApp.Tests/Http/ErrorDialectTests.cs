using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;
using Rill.FunctionApp.Http.Messages;
using Rill.FunctionApp.Http.Responses;
using Rill.OpenAI;

namespace Rill.FunctionApp.Tests.Http;

public sealed class ErrorDialectTests
{
    [Theory]
    [InlineData("/v1/chat/completions", typeof(ChatErrors))]
    [InlineData("/v1/responses", typeof(ResponsesErrors))]
    [InlineData("/v1/responses/resp_1/input_items", typeof(ResponsesErrors))]
    [InlineData("/openai/v1/responses", typeof(ResponsesErrors))]
    [InlineData("/openai/responses", typeof(ResponsesErrors))]
    [InlineData("/v1/responsesx", typeof(ChatErrors))]
    [InlineData("/v1/messages", typeof(MessagesErrors))]
    [InlineData("/v1/messages/count_tokens", typeof(MessagesErrors))]
    public void Of_Path_IsItsApis(string path, Type dialect)
    {
        var http = new DefaultHttpContext();
        http.Request.Path = path;

        Assert.Equal(dialect, ErrorDialect.Of(http.Request).GetType());
    }

    [Fact]
    public async Task WriteEvent_OfResponses_IsNumberedFlatAndNested()
    {
        var pipe = new Pipe();
        using var writer = new SseWriter(pipe.Writer, Timeout.InfiniteTimeSpan, TimeProvider.System);
        writer.Write(ApiError.Internal().ToBody(), OpenAIJson.Wire.ErrorBody);
        await writer.FlushAsync(CancellationToken.None);
        var first = await pipe.Reader.ReadAsync();
        pipe.Reader.AdvanceTo(first.Buffer.End);

        ResponsesErrors.Instance.WriteEvent(new DefaultHttpContext(), writer, ApiError.DeadlineExceeded());
        await writer.FlushAsync(CancellationToken.None);

        var frame = Encoding.UTF8.GetString((await pipe.Reader.ReadAsync()).Buffer);
        Assert.StartsWith("event: error\ndata: ", frame, StringComparison.Ordinal);
        var told = JsonElement.Parse(frame["event: error\ndata: ".Length..]);
        Assert.Equal(("error", 1), (told.GetProperty("type").GetString(), told.GetProperty("sequence_number").GetInt32()));
        Assert.Equal("deadline_exceeded", told.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, told.GetProperty("param").ValueKind);
        Assert.Equal(told.GetProperty("message").GetString(), told.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("timeout_error", told.GetProperty("error").GetProperty("type").GetString());
    }
}
