using Microsoft.AspNetCore.Http;
using Rill.Chat.Output;
using Rill.Serving;

namespace Rill.FunctionApp.Http;

/// <summary>An answer that is generated, as a stream or whole.</summary>
/// <param name="generation">What makes it.</param>
/// <param name="events">Writes it as a stream; null for a whole answer.</param>
/// <param name="writeWhole">Reads it to its end and writes it as a whole.</param>
internal sealed class GenerationAnswer(
    ChatGeneration generation, IAnswerEvents? events, Func<WholeAnswer, Task> writeWhole) : IAnswer
{
    /// <summary>Tells of a wish that is not fulfilled, where the answer is right without it.</summary>
    internal const string WarningHeader = "x-rill-warning";

    private const int LongestWarning = 500;

    /// <inheritdoc/>
    public async Task WriteAsync(HttpContext http, EventStream stream, RequestLifetime lifetime, RillOptions options)
    {
        await WarnAsync(http.Response, stream);

        // Memory first: when the request ends early its sequences end there and then, whatever the answer is waiting for.
        using var abort = lifetime.Token.UnsafeRegister(_ => generation.Abort(CauseOf(lifetime.Cause)), null);
        try
        {
            await (events is null
                ? writeWhole(new WholeAnswer(http, lifetime, options))
                : new AnswerStream(stream, generation, events).RunAsync(options.FirstTokenBeforeHeaders, lifetime.Token));
        }
        catch (Exception failure)
        {
            generation.Abort(failure switch
            {
                WriteTimeoutException => AbortCause.WriteTimeout,
                OperationCanceledException or IOException => CauseOf(lifetime.Cause),
                _ => AbortCause.Error,
            });
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => generation.DisposeAsync();

    /// <summary>In a header; where the stream has begun already, while the model was loading, in a comment.</summary>
    private async ValueTask WarnAsync(HttpResponse response, EventStream stream)
    {
        if (generation.Warning is not { } warning)
        {
            return;
        }

        var text = string.Concat(warning.Take(LongestWarning).Select(unit => unit is >= ' ' and <= '~' ? unit : '?'));
        if (stream.HasStarted)
        {
            await stream.CommentAsync($"{WarningHeader}: {text}");
        }
        else
        {
            response.Headers[WarningHeader] = text;
        }
    }

    private static AbortCause CauseOf(EndCause cause) => cause switch
    {
        EndCause.Deadline => AbortCause.Deadline,
        EndCause.ReaderStalled => AbortCause.WriteTimeout,
        _ => AbortCause.Client,
    };
}
