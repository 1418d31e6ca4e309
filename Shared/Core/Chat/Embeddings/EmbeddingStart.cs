using Rill.Chat.Input;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;

namespace Rill.Chat.Embeddings;

/// <summary>
/// Admits requests for embeddings whose fields are in their ranges: what the model can do, places, encoding, lengths, in that order, so that a
/// full server answers before it tokenizes.
/// </summary>
internal sealed class EmbeddingStart(InferenceEngine engine, ChatRequestLimits limits, TimeProvider time)
{
    /// <summary>Most inputs of one request that are in the engine at once; the others follow as these end, so that no list shuts out everyone else.</summary>
    public const int MostAtOnce = 64;

    private const int EstimatedCharactersPerToken = 4;

    /// <summary>A run, or why there is no place, or what is wrong with the request.</summary>
    /// <param name="request">A request whose fields are in their ranges.</param>
    /// <param name="model">The model that it names.</param>
    /// <param name="cancellationToken">Ends the encoding.</param>
    /// <exception cref="OperationCanceledException">The request ended while its inputs were encoded.</exception>
    public (EmbeddingRun? Run, Rejection? Rejection, ApiError? Error) Start(
        EmbeddingRequest request, ChatModel model, CancellationToken cancellationToken)
    {
        var (embeddings, error) = Check(request, model);
        if (embeddings is null)
        {
            return (null, null, error);
        }

        var first = request.Inputs.Take(Math.Min(MostAtOnce, engine.MaxPlaces)).Select(EstimateTokens).ToList();
        if (!PromptReservations.TryTake(engine, 1, first, out var places, out var rejection))
        {
            return (null, rejection, null);
        }

        try
        {
            (var inputs, error) = Encode(request, model, cancellationToken);
            if (error is not null)
            {
                places.Dispose();
                return (null, null, error);
            }

            for (var i = 0; i < first.Count; i++)
            {
                places[i].Correct(inputs[i].Count);
            }

            var dimensions = request.Dimensions ?? embeddings.Dimensions;
            var activity = RillActivity.StartEmbeddings(model.Id, request.Format == EmbeddingFormat.Base64 ? "base64" : "float", dimensions);
            return (new EmbeddingRun(engine, embeddings.Pooling, dimensions, inputs, places, first.Count, time, activity)
            {
                Model = model.Id,
                Adapter = model.Adapter,
            }, null, null);
        }
        catch
        {
            places.Dispose();
            throw;
        }
    }

    private static (EmbeddingModel? Embeddings, ApiError? Error) Check(EmbeddingRequest request, ChatModel model) => model.Embeddings switch
    {
        null => (null, ApiError.InvalidValue(
            "model", "This server makes no embeddings with its model: the setting Rill__Embeddings=last or mean has it make some.")),
        { } embeddings when request.Dimensions > embeddings.Dimensions => (null, ApiError.InvalidValue(
            "dimensions", $"dimensions must be at most {embeddings.Dimensions}, which is what the model's vectors have.")),
        { } embeddings => (embeddings, null),
    };

    private static int EstimateTokens(CompletionPrompt input) => input.Ids?.Count ?? input.Text!.Length / EstimatedCharactersPerToken;

    private (IReadOnlyList<IReadOnlyList<int>> Inputs, ApiError? Error) Encode(
        EmbeddingRequest request, ChatModel model, CancellationToken cancellationToken)
    {
        var inputs = new List<IReadOnlyList<int>>(request.Inputs.Count);
        foreach (var input in request.Inputs)
        {
            // What is embedded may come from anyone, so nothing in it is a control token, as in a message of chat.
            var (text, field) = (input.Text is { } given ? PromptText.OfRequest(given) : null, request.NameOf(inputs.Count));
            var (ids, error) = TextPrompt.Encode(input, text, field, model.Tokenizer, limits.VocabularySize, request.AddSpecialTokens, cancellationToken);
            if (error is not null || ids.Count > engine.MaxSequenceLength)
            {
                return ([], error ?? ApiError.InputTooLong(ids.Count, engine.MaxSequenceLength, field));
            }

            inputs.Add(ids);
        }

        return (inputs, null);
    }
}
