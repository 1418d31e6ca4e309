using Rill.Chat;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A chat request on its way.</summary>
internal sealed class ChatRequest(ChatCompletionRequest request) : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => request.Stream;

    /// <inheritdoc/>
    public int Places => Math.Clamp(request.N ?? 1, 1, RillOptions.MostChoices);

    /// <summary>Reads a body.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body) =>
        Read(body, model: null);

    /// <summary>Reads a body whose model the address names; null where it does not.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body, string? model) =>
        ChatRequestReader.TryRead(body.Bytes, out var request, out var error)
            ? (new ChatRequest(request with { Model = model ?? request.Model }), null)
            : (null, error);

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (generation, error) = chat.Start(request, bodyBytes, cancellationToken);
        return generation is null ? (null, error) : (new GenerationAnswer(
            generation,
            Stream ? new ChatEvents(generation, request.StreamOptions) : null,
            whole => whole.WriteAsync(ChatAnswer.ReadAsync(generation, whole.Token), OpenAIJson.Wire.ChatCompletion)), null);
    }
}
