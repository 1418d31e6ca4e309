using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>Echoed prompts, texts, finishes, usage, <c>[DONE]</c> (contract A.2).</summary>
internal sealed class CompletionEvents(ChatGeneration generation, StreamOptions? options) : IAnswerEvents
{
    private readonly CompletionChunks _chunks = new(generation, options);

    /// <inheritdoc/>
    public void WriteBegin(SseWriter writer)
    {
        for (var i = 0; i < generation.ChoiceCount; i++)
        {
            if (_chunks.Echo(i) is { } echo)
            {
                writer.Write(echo, OpenAIJson.Wire.Completion);
            }
        }
    }

    /// <inheritdoc/>
    public void WriteDelta(SseWriter writer, in ChoiceDelta delta)
    {
        if (_chunks.Echo(delta) is { } echo)
        {
            writer.Write(echo, OpenAIJson.Wire.Completion);
        }

        if (!delta.Parts.IsEmpty && _chunks.TemplateFor(delta) is { } template)
        {
            writer.Write(template, delta.Parts[0].Text);
        }
        else if (!delta.Parts.IsEmpty)
        {
            writer.Write(_chunks.Text(delta), OpenAIJson.Wire.Completion);
        }

        if (delta.Finish is not null)
        {
            writer.Write(_chunks.Finish(delta), OpenAIJson.Wire.Completion);
        }
    }

    /// <inheritdoc/>
    public void WriteEnd(SseWriter writer)
    {
        if (_chunks.Usage() is { } usage)
        {
            writer.Write(usage, OpenAIJson.Wire.Completion);
        }

        writer.WriteDone();
    }
}
