using Microsoft.Extensions.AI;
using Rill.Chat;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.ChatClient.Answers;

/// <summary>Runs requests for embeddings.</summary>
internal static class EmbeddingAnswers
{
    /// <summary>A vector for each text, in their order; longer lists than the server takes at once are computed in parts.</summary>
    /// <exception cref="NotSupportedException">The model makes no embeddings, or an option is not known.</exception>
    /// <exception cref="RillRequestException">A text is empty or too long, or the computation broke off.</exception>
    public static async Task<GeneratedEmbeddings<Embedding<float>>> ReadAsync(
        ChatService chat, IReadOnlyList<string> texts, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        Check(chat, options);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(texts.Count);
        var tokens = 0L;
        foreach (var part in texts.Chunk(EmbeddingRequestRules.MaxInputs))
        {
            var request = new EmbeddingRequest
            {
                Model = options?.ModelId,
                Inputs = [.. part.Select(text => new CompletionPrompt(text, null))],
                Dimensions = options?.Dimensions,
            };
            tokens += await AddAsync(embeddings, chat, request, cancellationToken).ConfigureAwait(false);
        }

        embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    private static async Task<int> AddAsync(
        GeneratedEmbeddings<Embedding<float>> embeddings, ChatService chat, EmbeddingRequest request, CancellationToken cancellationToken)
    {
        var (started, error) = await Task.Run(() => chat.Start(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        using var run = started ?? throw RequestFailures.Of(error!);
        try
        {
            var vectors = await run.ReadAsync(() => AbortCause.Client, cancellationToken).ConfigureAwait(false);
            var now = DateTimeOffset.UtcNow;
            embeddings.AddRange(vectors.Select(vector => new Embedding<float>(vector) { ModelId = run.Model, CreatedAt = now }));
            return run.PromptTokens;
        }
        catch (EngineFaultException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw RequestFailures.Of(ChatService.Describe(fault, "input"), fault);
        }
    }

    private static void Check(ChatService chat, EmbeddingGenerationOptions? options)
    {
        if (options?.AdditionalProperties?.Keys.FirstOrDefault() is { } name)
        {
            throw new NotSupportedException($"EmbeddingGenerationOptions.AdditionalProperties[\"{name}\"] is not supported; none is.");
        }

        if (options?.RawRepresentationFactory is not null)
        {
            throw new NotSupportedException("EmbeddingGenerationOptions.RawRepresentationFactory is not supported: there is no request of another client to make.");
        }

        if (chat.Model.Embeddings is null)
        {
            throw new NotSupportedException(
                "This model makes no embeddings by itself: "
                + $"load it with {nameof(RillChatClientOptions)}.{nameof(RillChatClientOptions.Embeddings)} last or mean.");
        }
    }
}
