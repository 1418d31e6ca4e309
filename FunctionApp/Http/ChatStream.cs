using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>One streamed chat answer: headers, role chunks, deltas as they come, finish chunks, usage, <c>[DONE]</c>.</summary>
internal sealed class ChatStream(EventStream stream, ChatGeneration generation, StreamOptions? streamOptions)
{
    /// <summary>How long the headers may wait for the first token, when they wait at all.</summary>
    private static readonly TimeSpan _firstTokenCap = TimeSpan.FromSeconds(5);

    private readonly ChatChunks _chunks = new(generation, streamOptions);

    /// <summary>
    /// Streams to the end. With <paramref name="firstTokenBeforeHeaders"/> a failure before the first token throws with the response
    /// not started, so that it can still become a status.
    /// </summary>
    public async Task RunAsync(bool firstTokenBeforeHeaders, CancellationToken cancellationToken)
    {
        var first = generation.NextAsync(cancellationToken).AsTask();
        if (firstTokenBeforeHeaders)
        {
            await Task.WhenAny(first, Task.Delay(_firstTokenCap, cancellationToken));
            if (first.IsCompleted)
            {
                await first;
            }
        }

        await stream.StartAsync();
        await SendRolesAsync();
        for (var next = await first; next is { } delta; next = await generation.NextAsync(cancellationToken))
        {
            await SendAsync(delta);
        }

        await SendEndAsync();
    }

    private async ValueTask SendRolesAsync()
    {
        using var events = await stream.BeginAsync();
        for (var i = 0; i < generation.ChoiceCount; i++)
        {
            events.Writer.Write(_chunks.Role(i), OpenAIJson.Wire.ChatCompletionChunk);
        }

        await events.FlushAsync();
    }

    private async ValueTask SendAsync(ChoiceDelta delta)
    {
        using var events = await stream.BeginAsync();
        for (var i = 0; i < delta.Parts.Length; i++)
        {
            if (_chunks.TemplateFor(delta, delta.Parts[i]) is { } template)
            {
                events.Writer.Write(template, delta.Parts[i].Text);
            }
            else
            {
                events.Writer.Write(_chunks.Part(delta, i), OpenAIJson.Wire.ChatCompletionChunk);
            }
        }

        if (delta.Finish is not null)
        {
            events.Writer.Write(_chunks.Finish(delta), OpenAIJson.Wire.ChatCompletionChunk);
        }

        await events.FlushAsync();
    }

    private async ValueTask SendEndAsync()
    {
        using var events = await stream.BeginAsync();
        if (_chunks.Usage() is { } usage)
        {
            events.Writer.Write(usage, OpenAIJson.Wire.ChatCompletionChunk);
        }

        events.Writer.WriteDone();
        await events.FlushAsync();
    }
}
