using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Rill.FunctionApp.Http;
using Rill.OpenAI;

namespace Rill.FunctionApp.Tests.Http;

public sealed class SseWriterTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(60);
    private static readonly ChatCompletionChunk _chunk = new("chatcmpl-1", 1, "m", [new(0, new ChatDelta(Content: ""))]);

    public static TheoryData<string> Texts =>
        ["plain", "a\nb\r\nc", "\u2028\u2029", "\0\u0001", "data: [DONE]", "\n\ndata: [DONE]\n\n", "\"\\\"", "👩‍👩‍👧", ""];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Write_AnyText_IsOneDataLineThatParsesBackEqual(string text)
    {
        var viaTemplate = await WrittenAsync(writer => writer.Write(new DeltaTemplate(_chunk), text));
        var viaSerializer = await WrittenAsync(
            writer => writer.Write(_chunk with { Choices = [new(0, new ChatDelta(Content: text))] }, OpenAIJson.Wire.ChatCompletionChunk));

        Assert.Equal(viaSerializer, viaTemplate);
        Assert.StartsWith("data: {", viaTemplate, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", viaTemplate, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', viaTemplate[..^2]);
        Assert.DoesNotContain('\r', viaTemplate);
        var delta = JsonDocument.Parse(viaTemplate[6..]).RootElement.GetProperty("choices")[0].GetProperty("delta");
        Assert.Equal(text, delta.GetProperty("content").GetString());
    }

    [Fact]
    public async Task Write_WithAName_SaysItBeforeTheDataAndCountsEventsAlone()
    {
        var events = new List<int>();
        var written = await WrittenAsync(writer =>
        {
            writer.Write("error", ApiError.Internal().ToBody(), OpenAIJson.Wire.ErrorBody);
            writer.WritePing();
            events.Add(writer.Events);
            writer.Write(new DeltaTemplate(_chunk), "hi");
            events.Add(writer.Events);
        });

        Assert.StartsWith("event: error\ndata: {\"error\":", written, StringComparison.Ordinal);
        Assert.Equal([1, 2], events);
    }

    [Fact]
    public async Task WritePingAndDone_Always_AreExact()
    {
        var written = await WrittenAsync(writer =>
        {
            writer.WritePing();
            writer.WriteDone();
        });

        Assert.Equal(": ping\n\ndata: [DONE]\n\n", written);
    }

    [Fact]
    public async Task FlushAsync_AfterSeveralWrites_SendsThemTogether()
    {
        var pipe = new Pipe();
        using var writer = new SseWriter(pipe.Writer, _timeout, TimeProvider.System);
        writer.Write(ApiError.Internal().ToBody(), OpenAIJson.Wire.ErrorBody);
        writer.WritePing();
        writer.WriteDone();
        Assert.False(pipe.Reader.TryRead(out _));

        await writer.FlushAsync(CancellationToken.None);

        Assert.True(pipe.Reader.TryRead(out var read));
        Assert.EndsWith("}}\n\n: ping\n\ndata: [DONE]\n\n", Encoding.UTF8.GetString(read.Buffer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlushAsync_WhenNobodyReads_ThrowsAfterTheTimeout()
    {
        var time = new FakeTimeProvider();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 0));
        using var writer = new SseWriter(pipe.Writer, _timeout, time);
        writer.WritePing();
        var flush = writer.FlushAsync(CancellationToken.None).AsTask();

        time.Advance(_timeout - TimeSpan.FromSeconds(1));
        Assert.False(flush.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<WriteTimeoutException>(() => flush);
    }

    [Fact]
    public async Task FlushAsync_WhenTheReaderCatchesUp_GoesOn()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 0));
        using var writer = new SseWriter(pipe.Writer, _timeout, new FakeTimeProvider());
        writer.WritePing();
        var flush = writer.FlushAsync(CancellationToken.None).AsTask();

        var read = await pipe.Reader.ReadAsync();
        pipe.Reader.AdvanceTo(read.Buffer.End);

        await flush.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task FlushAsync_WhenCancelledWhileWaiting_Throws()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 0));
        using var writer = new SseWriter(pipe.Writer, _timeout, TimeProvider.System);
        using var cancellation = new CancellationTokenSource();
        writer.WritePing();
        var flush = writer.FlushAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush);
    }

    [Fact]
    public async Task FlushAsync_WhenTheReaderHasGone_Throws()
    {
        var pipe = new Pipe();
        using var writer = new SseWriter(pipe.Writer, _timeout, TimeProvider.System);
        await pipe.Reader.CompleteAsync();
        writer.WritePing();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.FlushAsync(CancellationToken.None).AsTask());
    }

    private static async Task<string> WrittenAsync(Action<SseWriter> write)
    {
        var pipe = new Pipe();
        using var writer = new SseWriter(pipe.Writer, _timeout, TimeProvider.System);
        write(writer);
        await writer.FlushAsync(CancellationToken.None);
        await pipe.Writer.CompleteAsync();
        var read = await pipe.Reader.ReadAsync();
        return Encoding.UTF8.GetString(read.Buffer);
    }
}
