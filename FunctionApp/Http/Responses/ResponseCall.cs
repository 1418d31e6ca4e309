using Rill.Chat;
using Rill.Chat.Output;
using Rill.Chat.Output.Responses;
using Rill.Chat.Responses;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.FunctionApp.Http.Responses;

/// <summary>A request for a response on its way.</summary>
/// <param name="request">What was read.</param>
/// <param name="conversation">The same with what it refers to.</param>
/// <param name="owner">Whose the response will be.</param>
/// <param name="store">Where it is kept.</param>
/// <param name="style">How reasoning is told.</param>
/// <param name="time">Tells when it is complete.</param>
internal sealed class ResponseCall(
    ResponseRequest request, ResponseConversation conversation, int owner, ResponseStore store, ReasoningStyle style, TimeProvider time)
    : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => conversation.Chat.Stream;

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (generation, error) = chat.Start(conversation.Chat, bodyBytes + conversation.StoredLength, cancellationToken);
        if (generation is null)
        {
            return (null, ResponseErrors.OfChat(error!));
        }

        var place = request.Store ? store.Reserve(generation.Id, owner, request.PreviousResponseId, conversation.Input) : null;
        var builder = new ResponseBuilder(ResponseBuilder.Begin(request, generation, place is not null), style, time);
        var answer = new GenerationAnswer(
            generation, Stream ? new ResponseEvents(builder, generation, Keep) : null, whole => whole.WriteAsync(ReadAsync(builder, generation, whole.Token), ResponsesJson.Wire.Response));
        return (place is null ? answer : new KeptAnswer(answer, store, place), null);

        void Keep(Response response)
        {
            if (place is not null)
            {
                store.Complete(place, response);
            }
        }

        async Task<Response> ReadAsync(ResponseBuilder builder, ChatGeneration generation, CancellationToken token)
        {
            while (await generation.NextAsync(token) is { } delta)
            {
                builder.Add(delta);
            }

            builder.End(generation.Usage);
            Keep(builder.Response);
            return builder.Response;
        }
    }
}
