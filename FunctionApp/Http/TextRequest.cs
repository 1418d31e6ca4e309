using Rill.Chat;
using Rill.Chat.Output;
using Rill.OpenAI;

namespace Rill.FunctionApp.Http;

/// <summary>A request for completions of text on its way.</summary>
internal sealed class TextRequest(CompletionRequest request) : IEndpointRequest
{
    /// <inheritdoc/>
    public bool Stream => request.Stream;

    /// <inheritdoc/>
    public int Places => Math.Clamp(request.N ?? 1, 1, RillOptions.MostChoices) * Math.Max(1, request.Prompts.Count);

    /// <summary>Reads a body.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body) =>
        Read(body, model: null);

    /// <summary>Reads a body whose model the address names; null where it does not.</summary>
    public static (IEndpointRequest? Request, ApiError? Error) Read(RequestBody body, string? model) =>
        CompletionRequestReader.TryRead(body.Bytes, out var request, out var error)
            ? (new TextRequest(request with { Model = model ?? request.Model }), null)
            : (null, error);

    /// <inheritdoc/>
    public (IAnswer? Answer, ApiError? Error) Start(ChatService chat, int bodyBytes, CancellationToken cancellationToken)
    {
        var (generation, error) = chat.Start(request, cancellationToken);
        return generation is null ? (null, error) : (new GenerationAnswer(
            generation,
            Stream ? new CompletionEvents(generation, request.StreamOptions) : null,
            whole => whole.WriteAsync(CompletionAnswer.ReadAsync(generation, whole.Token), OpenAIJson.Wire.Completion)), null);
    }
}
