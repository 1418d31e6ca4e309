using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rill.Text;

namespace Rill.CommandLine.Pipes;

/// <summary>
/// Answers JSON lines: one answer a line, in order, an error for its line alone. Answers are flushed whenever the input has to be waited
/// for, so that a program which writes one line and waits gets its answer, and a bulk run still writes in large pieces.
/// </summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers all of standard input.</summary>
    /// <param name="answer">
    /// Reads a line's object and writes its answer's members. A <see cref="FailureException"/> or a
    /// <see cref="ChatTemplateException"/> becomes the line's error.
    /// </param>
    /// <returns><see cref="ExitCode.Failure"/> when a line failed.</returns>
    public static int Answer(Action<JsonElement, Utf8JsonWriter> answer)
    {
        using var input = StandardStreams.OpenInput();
        var output = StandardStreams.OpenOutput();
        return Answer(input, output, answer);
    }

    private static int Answer(Stream input, Stream output, Action<JsonElement, Utf8JsonWriter> answer)
    {
        var exitCode = ExitCode.Success;
        try
        {
            var lines = new LineReader(input, output.Flush);
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer, s_writing);
            for (var isFirst = true; lines.TryRead(out var line); isFirst = false)
            {
                if (WriteAnswer(isFirst ? WithoutMark(line) : line, answer, buffer, writer) is { } error)
                {
                    WriteError(error, buffer, writer);
                    exitCode = ExitCode.Failure;
                }

                output.Write(buffer.WrittenSpan);
                output.WriteByte((byte)'\n');
            }

            output.Flush();
        }
        catch (BrokenPipeException)
        {
            // What was answered until then decides.
        }

        return exitCode;
    }

    /// <summary>Null when the answer stands in the buffer, else what was wrong.</summary>
    private static string? WriteAnswer(
        ReadOnlyMemory<byte> line, Action<JsonElement, Utf8JsonWriter> answer, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        buffer.ResetWrittenCount();
        writer.Reset();
        try
        {
            using var document = JsonInput.Parse(line, "The line");
            writer.WriteStartObject();
            answer(document.RootElement, writer);
            writer.WriteEndObject();
            writer.Flush();
            return null;
        }
        catch (Exception failure) when (failure is FailureException or ChatTemplateException or EncodingLimitException)
        {
            return failure.Message;
        }
    }

    private static void WriteError(string error, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        writer.WriteString("error", error);
        writer.WriteEndObject();
        writer.Flush();
    }

    /// <summary>Some editors put a byte order mark before a file's first line.</summary>
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line) =>
        line.Span.StartsWith(Encoding.UTF8.Preamble) ? line[Encoding.UTF8.Preamble.Length..] : line;
}
