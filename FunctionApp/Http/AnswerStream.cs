using Rill.Chat.Output;

namespace Rill.FunctionApp.Http;

/// <summary>One streamed answer: headers, then events in the words of a dialect as its tokens come.</summary>
internal sealed class AnswerStream(EventStream stream, ChatGeneration generation, IAnswerEvents events)
{
    /// <summary>How long the headers may wait for the first token, when they wait at all.</summary>
    private static readonly TimeSpan _firstTokenCap = TimeSpan.FromSeconds(5);

    /// <summary>How often a stream that waits looks at its place in the queue; one that waits no longer than this tells none.</summary>
    private static readonly TimeSpan _queuePause = TimeSpan.FromSeconds(0.5);

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
        await SendBeginAsync();
        await TellQueueAsync(first, cancellationToken);
        for (var next = await first; next is { } delta; next = await generation.NextAsync(cancellationToken))
        {
            await SendAsync(delta);
        }

        await SendEndAsync();
    }

    /// <summary>Tells in comments how many wait before this one (contract B.9), until it runs.</summary>
    private async Task TellQueueAsync(Task first, CancellationToken cancellationToken)
    {
        for (int? told = null; generation.Ahead is not null;)
        {
            await first.WaitAsync(_queuePause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (first.IsCompleted || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (generation.Ahead is { } ahead && ahead != told)
            {
                await stream.CommentAsync($"queued: {ahead}");
                told = ahead;
            }
        }
    }

    private async ValueTask SendBeginAsync()
    {
        using var turn = await stream.BeginAsync();
        events.WriteBegin(turn.Writer);
        await turn.FlushAsync();
    }

    private async ValueTask SendAsync(ChoiceDelta delta)
    {
        using var turn = await stream.BeginAsync();
        events.WriteDelta(turn.Writer, delta);
        await turn.FlushAsync();
    }

    private async ValueTask SendEndAsync()
    {
        using var turn = await stream.BeginAsync();
        events.WriteEnd(turn.Writer);
        await turn.FlushAsync();
    }
}
