using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Role chunks, deltas, finish chunks, usage, <c>[DONE]</c> (contract B.2).</summary>
internal sealed class ChatEvents(ChatGeneration generation, StreamOptions? options) : IAnswerEvents
{
    private readonly ChatChunks _chunks = new(generation, options);

    /// <inheritdoc/>
    public void WriteBegin(SseWriter writer)
    {
        for (var i = 0; i < generation.ChoiceCount; i++)
        {
            writer.Write(_chunks.Role(i), OpenAIJson.Wire.ChatCompletionChunk);
        }
    }

    /// <inheritdoc/>
    public void WriteDelta(SseWriter writer, in ChoiceDelta delta)
    {
        for (var i = 0; i < delta.Parts.Length; i++)
        {
            if (_chunks.TemplateFor(delta, delta.Parts[i]) is { } template)
            {
                writer.Write(template, delta.Parts[i].Text);
            }
            else
            {
                writer.Write(_chunks.Part(delta, i), OpenAIJson.Wire.ChatCompletionChunk);
            }
        }

        if (delta.Finish is not null)
        {
            writer.Write(_chunks.Finish(delta), OpenAIJson.Wire.ChatCompletionChunk);
        }
    }

    /// <inheritdoc/>
    public void WriteEnd(SseWriter writer)
    {
        if (_chunks.Usage() is { } usage)
        {
            writer.Write(usage, OpenAIJson.Wire.ChatCompletionChunk);
        }

        writer.WriteDone();
    }
}
