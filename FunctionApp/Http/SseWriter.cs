using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>
/// Writes server-sent events (contract B.1) into a response's pipe. Writing only buffers; <see cref="FlushAsync"/> sends what has
/// gathered, so that a caller that has fallen behind sends several events at once. Used by one caller at a time.
/// </summary>
/// <param name="output">The response body.</param>
/// <param name="writeTimeout">How long a flush may wait for the client to read; infinite turns the limit off.</param>
/// <param name="time">Measures the timeout.</param>
internal sealed class SseWriter(PipeWriter output, TimeSpan writeTimeout, TimeProvider time) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(output, OpenAIJson.WriterOptions);

    /// <summary>Events so far, comments not counted.</summary>
    public int Events { get; private set; }

    /// <summary>Adds an event whose data is this value's JSON, which the writer's encoder keeps on one line.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        Events++;
        output.Write("data: "u8);
        JsonSerializer.Serialize(_json, value, typeInfo);
        _json.Reset();
        output.Write("\n\n"u8);
    }

    /// <summary>The same, with a name of the event before its data, which is ASCII.</summary>
    public void Write<T>(string name, T value, JsonTypeInfo<T> typeInfo)
    {
        output.Write("event: "u8);
        Encoding.ASCII.GetBytes(name, output);
        output.Write("\n"u8);
        Write(value, typeInfo);
    }

    /// <summary>Adds the event of an ordinary content delta.</summary>
    public void Write(DeltaTemplate template, ReadOnlySpan<char> text)
    {
        Events++;
        output.Write("data: "u8);
        template.Write(output, text);
        output.Write("\n\n"u8);
    }

    /// <summary>Adds a comment, which clients skip: it keeps connections alive and shows that the server is.</summary>
    public void WritePing() => output.Write(": ping\n\n"u8);

    /// <summary>Adds a comment with a text of our own, which is ASCII and one line.</summary>
    public void WriteComment(string text)
    {
        output.Write(": "u8);
        Encoding.ASCII.GetBytes(text, output);
        output.Write("\n\n"u8);
    }

    /// <summary>Adds the last event of a stream that has succeeded.</summary>
    public void WriteDone() => output.Write("data: [DONE]\n\n"u8);

    /// <summary>Sends what has gathered; waits while the client is slow.</summary>
    /// <exception cref="WriteTimeoutException">The client has read nothing for the write timeout.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the client has gone.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var flush = output.FlushAsync(cancellationToken);
        if (!flush.IsCompletedSuccessfully)
        {
            return AwaitAsync(flush.AsTask(), cancellationToken);
        }

        ThrowIfGone(flush.Result);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _json.Dispose();

    private async ValueTask AwaitAsync(Task<FlushResult> flush, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfGone(await flush.WaitAsync(writeTimeout, time, cancellationToken));
        }
        catch (TimeoutException)
        {
            throw new WriteTimeoutException(writeTimeout);
        }
    }

    private static void ThrowIfGone(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }
}
