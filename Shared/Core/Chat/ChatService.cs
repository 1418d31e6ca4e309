using System.Diagnostics;
using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;
using Rill.Text.Grammar;

namespace Rill.Chat;

/// <summary>
/// Admits chat requests: checks, reservation, rendering and encoding, length, submission, in that order, so that a full server
/// answers before it tokenizes. Thread-safe.
/// </summary>
public sealed class ChatService(
    ChatModel model, InferenceEngine engine, ChatRequestLimits limits, RillMetrics metrics, TimeProvider time, ContentTracing? contentTracing = null)
{
    private const int EstimatedBytesPerToken = 4;

    private readonly StructuredOutput _structured = new(model, new GrammarLimits { SchemaBytes = limits.MaxSchemaBytes });

    /// <summary>The model that answers.</summary>
    public ChatModel Model { get; } = model;

    /// <summary>Most tokens of prompt and completion together.</summary>
    public int ContextLength => engine.MaxSequenceLength;

    /// <summary>
    /// Starts a request whose body had <paramref name="bodyBytes"/> bytes. Either a generation, which the caller disposes, or the
    /// error to answer with.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request ended while its prompt was rendered or encoded.</exception>
    public (ChatGeneration? Generation, ApiError? Error) Start(
        ChatCompletionRequest request, int bodyBytes, CancellationToken cancellationToken = default)
    {
        if (ChatRequestRules.Check(request, limits) is { } error)
        {
            return (null, error);
        }

        if (request.ChatTemplateKwargs.Keys.FirstOrDefault(IsReserved) is { } reserved)
        {
            return (null, ApiError.InvalidValue($"chat_template_kwargs.{reserved}", $"chat_template_kwargs must not set {reserved}."));
        }

        var choices = request.N ?? 1;
        if (!engine.TryReserve(choices, Math.Max(1, bodyBytes / EstimatedBytesPerToken), out var reservation, out var rejection))
        {
            return (null, Describe(rejection));
        }

        using (reservation)
        {
            return Admit(request, reservation, choices, cancellationToken);
        }
    }

    private bool IsReserved(string name) => Conversation.IsReserved(name) || Model.TemplateVariables.ContainsKey(name);

    private (ChatGeneration? Generation, ApiError? Error) Admit(
        ChatCompletionRequest request, Reservation reservation, int choices, CancellationToken cancellationToken)
    {
        var (prompt, error) = ChatPrompt.Encode(request, Model, limits.VocabularySize, cancellationToken);
        if (error is not null)
        {
            return (null, error);
        }

        reservation.Correct(prompt.Count);
        if (prompt.Count >= ContextLength)
        {
            return (null, ApiError.ContextLengthExceeded(prompt.Count, ContextLength));
        }

        (var settings, error) = Settle(request, ContextLength - prompt.Count);
        if (settings is null)
        {
            return (null, error);
        }

        metrics.RequestChoices.Record(choices);
        metrics.RequestMaxTokens.Record(settings.Sampling.MaxTokens);
        try
        {
            return (Submit(reservation, prompt, settings, choices, request), null);
        }
        catch (EngineFaultException fault)
        {
            return (null, Describe(fault));
        }
    }

    /// <summary>The request's settings, or what in them the model cannot do.</summary>
    private (ChatSettings? Settings, ApiError? Error) Settle(ChatCompletionRequest request, int mostTokens)
    {
        try
        {
            var settings = ChatSettings.Of(request, Model, mostTokens);
            if (settings.Check(limits.VocabularySize) is { } refusal)
            {
                return (null, refusal);
            }

            var (grammar, warning, error) = _structured.Of(request.ResponseFormat);
            return error is null ? (settings with { Grammar = grammar, Warning = warning }, null) : (null, error);
        }
        catch (EncodingLimitException refused)
        {
            return (null, ApiError.InvalidValue("bad_words", refused.Message));
        }
    }

    private ChatGeneration Submit(Reservation reservation, IReadOnlyList<int> prompt, ChatSettings settings, int choices, ChatCompletionRequest request)
    {
        var readers = new ChoiceReader[choices];
        for (var i = 0; i < choices; i++)
        {
            // No token here: the generation is aborted with its cause, which a token could not tell.
            var sequence = new SequenceRequest(prompt)
            {
                Parameters = settings.Sampling with { Choice = i },
                Constraint = settings.Grammar is { } grammar ? new GrammarConstraint(grammar) : null,
            };
            var tokens = engine.Submit(reservation, sequence, CancellationToken.None);
            readers[i] = new ChoiceReader(i, tokens, Model, settings);
        }

        Activity? activity = null;
        try
        {
            activity = RillActivity.StartChat(Model.Id, settings.ToSpan(choices) with { Stream = request.Stream });
            var content = ContentTrace.Start(activity, contentTracing, request, choices);
            var generation = new ChatGeneration(Model, readers, prompt.Count, time.GetUtcNow().ToUnixTimeSeconds(), activity, content)
            {
                Warning = settings.Warning,
            };
            reservation.HandOver();    // until here whatever is thrown ends what was submitted
            return generation;
        }
        catch
        {
            activity?.Dispose();
            throw;
        }
    }

    /// <summary>What a client is told of a sequence that failed.</summary>
    public static ApiError Describe(EngineFaultException fault) => fault.Kind switch
    {
        EngineFaultKind.ShuttingDown => ApiError.ShuttingDown(retryAfterSeconds: 1),
        EngineFaultKind.TooLong => ApiError.InvalidValue("messages", fault.Message) with { Code = "context_length_exceeded" },
        _ => ApiError.Internal() with { Message = fault.Message },
    };

    private static ApiError Describe(Rejection rejection) => rejection.Reason == RejectionReason.Draining
        ? ApiError.ShuttingDown(rejection.RetryAfterSeconds)
        : ApiError.Overloaded(rejection.RetryAfterSeconds);
}
