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
        : this(
            JsonSerializer.SerializeToUtf8Bytes(chunk, OpenAIJson.Wire.ChatCompletionChunk),
            "\"content\":\""u8,
            chunk is { Choices: [{ Delta.Content: "" }] })
    {
    }

    /// <summary>Takes everything but the text from an event that has one choice.</summary>
    /// <exception cref="ArgumentException">The event has no text to replace.</exception>
    public DeltaTemplate(Completion completion)
        : this(
            JsonSerializer.SerializeToUtf8Bytes(completion, OpenAIJson.Wire.Completion),
            "\"text\":\""u8,
            completion is { Choices: [{ Text: "", Logprobs: null }] })
    {
    }

    private DeltaTemplate(byte[] json, ReadOnlySpan<byte> member, bool isEmpty)
    {
        if (!isEmpty)
        {
            throw new ArgumentException("The template must have one choice whose text is the empty string.");
        }

        // The last match is the choice's: what could hold the same bytes (id, model, fingerprint) stands before it and is escaped.
        var cut = json.AsSpan().LastIndexOf(member) + member.Length;
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
