using Rill.Chat.Constraints;
using Rill.Chat.Embeddings;
using Rill.Chat.Input;
using Rill.Chat.Output;
using Rill.Chat.Output.Parsing;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;
using Rill.Text;
using Rill.Text.Grammar;

namespace Rill.Chat;

/// <summary>
/// Admits requests for chat and for completions of text: checks, reservation, rendering and encoding, length, submission, in that order, so
/// that a full server answers before it tokenizes. Thread-safe.
/// </summary>
public sealed class ChatService(
    ChatModel model, InferenceEngine engine, ChatRequestLimits limits, RillMetrics metrics, TimeProvider time, ContentTracing? contentTracing = null,
    ChatModelCollection? models = null)
{
    private const int EstimatedBytesPerToken = 4;

    private readonly AnswerConstraints _constraints = new(model, new GrammarLimits { SchemaBytes = limits.MaxSchemaBytes });
    private readonly GenerationStart _start = new(model, engine, time, contentTracing);
    private readonly EmbeddingStart _embeddings = new(engine, limits, time);
    private readonly ChatModelCollection _models = models ?? new ChatModelCollection(model);

    /// <summary>The base model, whose text side all its adapters share.</summary>
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
        if (CheckChat(request) is { } error)
        {
            return (null, error);
        }

        return _models.Find(request.Model) is not { } served ? (null, ApiError.ModelNotFound(request.Model!)) : Start(new GenerationPlan(request)
        {
            Model = served,
            Operation = "chat",
            IdPrefix = request.IdPrefix,
            PromptField = "messages",
            EstimatedTokens = [bodyBytes / EstimatedBytesPerToken],
            Encode = token =>
            {
                var (prompt, refusal) = ChatPrompt.Encode(request, Model, limits.VocabularySize, token);
                return (prompt is null ? [] : [prompt], refusal);
            },
            NewParser = prompt => NewParser(request, prompt),
            Rules = AnswerRules.Of(request, limits.ReasoningKeys),
        }, cancellationToken);
    }

    private IAnswerParser NewParser(ChatCompletionRequest request, EncodedPrompt prompt) =>
        Model.Format is not { } format ? TextParser.Instance
        : FormatParsers.New(format, Model.Tokenizer, new ParserContext
        {
            Tools = request.ToolChoice?.Mode == ToolChoiceMode.None ? [] : request.Functions,
            ReasoningIsOpen = prompt.OpensReasoning,
        });

    /// <summary>Starts a request for completions of text, as <see cref="Start(ChatCompletionRequest, int, CancellationToken)"/> does.</summary>
    /// <exception cref="OperationCanceledException">The request ended while its prompts were encoded.</exception>
    public (ChatGeneration? Generation, ApiError? Error) Start(CompletionRequest request, CancellationToken cancellationToken = default) =>
        CompletionRequestRules.Check(request, limits) is { } error ? (null, error)
        : _models.Find(request.Model) is not { } served ? (null, ApiError.ModelNotFound(request.Model!))
        : Start(new GenerationPlan(request)
        {
            Model = served,
            Operation = "text_completion",
            IdPrefix = "cmpl-",
            PromptField = "prompt",
            EstimatedTokens = [.. request.Prompts.Select(prompt => prompt.Ids?.Count ?? prompt.Text!.Length / EstimatedBytesPerToken)],
            Encode = token => TextPrompt.Encode(request, Model.Tokenizer, limits.VocabularySize, token),
            NewParser = _ => TextParser.Instance,
            ContinuesPrompt = true,
        }, cancellationToken);

    /// <summary>Starts a request for embeddings. Either a run, which the caller disposes, or the error to answer with.</summary>
    /// <exception cref="OperationCanceledException">The request ended while its inputs were encoded.</exception>
    public (EmbeddingRun? Run, ApiError? Error) Start(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        if (EmbeddingRequestRules.Check(request, limits) is { } refusal)
        {
            return (null, refusal);
        }

        if (_models.Find(request.Model) is not { } served)
        {
            return (null, ApiError.ModelNotFound(request.Model!));
        }

        var (run, rejection, error) = _embeddings.Start(request, served, cancellationToken);
        return run is null ? (null, error ?? Describe(rejection!)) : (run, null);
    }

    /// <summary>The ids of a text or of a conversation; or the error to answer with.</summary>
    /// <exception cref="OperationCanceledException">The request ended on the way.</exception>
    public (TokenizeAnswer? Answer, ApiError? Error) Tokenize(TokenizeRequest request, CancellationToken cancellationToken = default)
    {
        var (ids, error) = request.Chat is { } chat ? CountChat(chat, cancellationToken) : Tokenization.Encode(request, Model, limits, cancellationToken);
        return error is null
            ? (new TokenizeAnswer(ids.Count, ContextLength, ids, request.ReturnTokenStrs ? Tokenization.Texts(ids, Model.Tokenizer) : null), null)
            : (null, error);
    }

    /// <summary>The text of ids; or the error to answer with.</summary>
    public (DetokenizeAnswer? Answer, ApiError? Error) Detokenize(DetokenizeRequest request) => Tokenization.Decode(request, Model, limits);

    private (IReadOnlyList<int> Ids, ApiError? Error) CountChat(ChatCompletionRequest request, CancellationToken cancellationToken)
    {
        if (CheckChat(request) is { } refusal)
        {
            return ([], refusal);
        }

        var (prompt, error) = ChatPrompt.Encode(request, Model, limits.VocabularySize, cancellationToken);
        return (prompt?.Ids ?? [], error);
    }

    private (ChatGeneration? Generation, ApiError? Error) Start(GenerationPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Choices > engine.MaxPlaces)
        {
            var field = plan.EstimatedTokens.Count > 1 ? plan.PromptField : "n";
            return (null, ApiError.InvalidValue(field, $"{field} asks for {plan.Choices} choices, but this server has places for {engine.MaxPlaces}."));
        }

        if (!PromptReservations.TryTake(engine, plan.ChoicesPerPrompt, plan.EstimatedTokens, out var reservations, out var rejection))
        {
            return (null, Describe(rejection));
        }

        using (reservations)
        {
            return Admit(plan, reservations, cancellationToken);
        }
    }

    private ApiError? CheckChat(ChatCompletionRequest request) =>
        ChatRequestRules.Check(request, limits) is { } error ? error
        : request.ChatTemplateKwargs.Keys.FirstOrDefault(IsReserved) is { } reserved
            ? ApiError.InvalidValue($"chat_template_kwargs.{reserved}", $"chat_template_kwargs must not set {reserved}.")
        : CheckTools(request);

    /// <summary>Without the model's format its calls would come as text, which no client reads.</summary>
    private ApiError? CheckTools(ChatCompletionRequest request) =>
        request.Functions.Count == 0 || request.ToolChoice?.Mode == ToolChoiceMode.None || Model.Format?.Tools is not null ? null
        : ApiError.UnsupportedParameter(
            request.ToolChoice is null ? "tools" : "tool_choice",
            "How this model writes tool calls is not known, so they cannot be read: with a tool_choice of none they come as text. Whoever runs the server can name the format (setting Rill__MessageFormat).");

    private bool IsReserved(string name) => Conversation.IsReserved(name) || Model.TemplateVariables.ContainsKey(name);

    private (ChatGeneration? Generation, ApiError? Error) Admit(GenerationPlan plan, PromptReservations reservations, CancellationToken cancellationToken)
    {
        var (prompts, error) = plan.Encode(cancellationToken);
        for (var i = 0; i < prompts.Count; i++)
        {
            reservations[i].Correct(prompts[i].Ids.Count);
        }

        if (error is null && prompts.FirstOrDefault(prompt => prompt.Ids.Count >= ContextLength) is { } tooLong)
        {
            error = ApiError.ContextLengthExceeded(tooLong.Ids.Count, ContextLength, plan.PromptField);
        }

        if (error is not null)
        {
            return (null, error);
        }

        (var settings, error) = Settle(plan.Request, prompts, ContextLength - prompts.Min(prompt => prompt.Ids.Count));
        if (settings is null)
        {
            return (null, error);
        }

        if (settings.Sampling.ScoresPrompt
            && CompletionRequestRules.CheckEcho(prompts.Sum(prompt => (long)prompt.Ids.Count), plan.ChoicesPerPrompt, settings.Sampling.TopLogprobs ?? 0) is { } many)
        {
            return (null, many);
        }

        metrics.RequestChoices.Record(plan.Choices);
        metrics.RequestMaxTokens.Record(settings.Sampling.MaxTokens);
        try
        {
            return (_start.Submit(plan, reservations, prompts, settings), null);
        }
        catch (EngineFaultException fault)
        {
            return (null, Describe(fault, plan.PromptField));
        }
    }

    /// <summary>The request's settings, or what in them the model cannot do.</summary>
    private (ChatSettings? Settings, ApiError? Error) Settle(
        GenerationRequest request, IReadOnlyList<EncodedPrompt> prompts, int mostTokens)
    {
        try
        {
            var settings = ChatSettings.Of(request, Model, mostTokens);
            if (settings.Check(limits.VocabularySize) is { } refusal)
            {
                return (null, refusal);
            }

            var (newConstraint, warning, error) = _constraints.Of(request, prompts[0].OpensReasoning);
            return error is null ? (settings with { NewConstraint = newConstraint, Warning = warning }, null) : (null, error);
        }
        catch (EncodingLimitException refused)
        {
            return (null, ApiError.InvalidValue("bad_words", refused.Message));
        }
    }

    /// <summary>What a client is told of a sequence that failed.</summary>
    /// <param name="fault">The failure.</param>
    /// <param name="promptField">The field that holds the request's prompt.</param>
    public static ApiError Describe(EngineFaultException fault, string promptField = "messages") => fault.Kind switch
    {
        EngineFaultKind.ShuttingDown => ApiError.ShuttingDown(retryAfterSeconds: 1),
        EngineFaultKind.TooLong => ApiError.InvalidValue(promptField, fault.Message) with { Code = "context_length_exceeded" },
        _ => ApiError.Internal() with { Message = fault.Message },
    };

    private static ApiError Describe(Rejection rejection) => rejection.Reason == RejectionReason.Draining
        ? ApiError.ShuttingDown(rejection.RetryAfterSeconds)
        : ApiError.Overloaded(rejection.RetryAfterSeconds);
}
