using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Rill.Chat;
using Rill.Chat.Output;
using Rill.ChatClient.Requests;
using Rill.Serving;

namespace Rill.ChatClient.Answers;

/// <summary>Runs a request for chat and tells its answer as updates.</summary>
internal static class ChatAnswers
{
    /// <summary>The updates as they are made. Ending the enumeration ends the computation.</summary>
    /// <exception cref="RillRequestException">The request is wrong, or its answer broke off.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        ChatService chat, ChatRequestJson request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Rendering and encoding a long prompt takes milliseconds that a user interface's thread has not got.
        var (generation, error) = await Task.Run(() => chat.Start(request.Request, request.Bytes, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (generation is null)
        {
            throw RequestFailures.Of(error!);
        }

        await using (generation.ConfigureAwait(false))
        {
            // The engine is told at once, whatever the answer is waiting for.
            using var abort = cancellationToken.UnsafeRegister(_ => generation.Abort(AbortCause.Client), null);
            var updates = new UpdateBuilder(generation);
            while (await NextAsync(generation, cancellationToken).ConfigureAwait(false) is { } delta)
            {
                if (updates.Next(delta) is { } update)
                {
                    yield return update;
                }
            }
        }
    }

    private static async ValueTask<ChoiceDelta?> NextAsync(ChatGeneration generation, CancellationToken cancellationToken)
    {
        try
        {
            return await generation.NextAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (EngineFaultException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();    // the fault that the abort above makes
            throw RequestFailures.Of(ChatService.Describe(fault), fault);
        }
    }
}
