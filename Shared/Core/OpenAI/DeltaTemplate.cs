using System.Buffers;
using System.Text.Json;

namespace Rill.OpenAI;

/// <summary>
/// The event of an ordinary content delta, encoded once but for its text: a stream writes hundreds of these, and all but the text is
/// the same in each. It is cut out of the serializer's own output, so that both ways always agree.
/// </summary>
public sealed class DeltaTemplate
{
    private readonly byte[] _before;
    private readonly byte[] _after;

    /// <summary>Takes everything but the content from a chunk that has one choice with a content delta.</summary>
    /// <exception cref="ArgumentException">The chunk has no content to replace.</exception>
    public DeltaTemplate(ChatCompletionChunk chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        if (chunk is not { Choices: [{ Delta.Content: "" }] })
        {
            throw new ArgumentException("The template chunk must have one choice whose content is the empty string.", nameof(chunk));
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(chunk, OpenAIJson.Wire.ChatCompletionChunk);
        var content = "\"content\":\""u8;

        // The last match is the delta's: what could hold the same bytes (id, model, fingerprint) stands before it and is escaped.
        var cut = json.AsSpan().LastIndexOf(content) + content.Length;
        _before = json[..cut];
        _after = json[cut..];
    }

    /// <summary>Appends the chunk's JSON with this text as its content. The text holds whole characters only.</summary>
    public void Write(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(_before);
        WireEncoder.Write(output, text);
        output.Write(_after);
    }
}
