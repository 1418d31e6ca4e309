using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>
/// The chunks of one streamed answer, in the contract's order (B.2): for each choice a role chunk, content chunks and a finish chunk
/// of its own; then usage, when asked for.
/// </summary>
public sealed class ChatChunks
{
    private readonly ChatGeneration _generation;
    private readonly bool _usage;
    private readonly bool _continuousUsage;
    private readonly DeltaTemplate?[] _templates;

    /// <summary>Chunks of a generation, with usage as the request's stream options ask.</summary>
    public ChatChunks(ChatGeneration generation, StreamOptions? options)
    {
        _generation = generation;
        _usage = options?.IncludeUsage ?? false;
        _continuousUsage = _usage && (options?.ContinuousUsageStats ?? false);
        _templates = new DeltaTemplate?[generation.ChoiceCount];
    }

    /// <summary>The first chunk of a choice.</summary>
    public ChatCompletionChunk Role(int index) => Chunk(new ChunkChoice(index, ChatDelta.First), completionTokens: 0);

    /// <summary>
    /// The encoded form of an ordinary content chunk of this choice, or null where a part needs a chunk of its own: what is not content,
    /// logprobs, or usage that changes with each chunk.
    /// </summary>
    public DeltaTemplate? TemplateFor(in ChoiceDelta delta, in AnswerPart part)
    {
        if (part.Kind != AnswerPartKind.Content || delta.Logprobs is not null || _continuousUsage)
        {
            return null;
        }

        return _templates[delta.Index] ??= new DeltaTemplate(
            Chunk(new ChunkChoice(delta.Index, new ChatDelta(Content: "")), completionTokens: 0));
    }

    /// <summary>The chunk of one part; logprobs ride with the delta's first.</summary>
    public ChatCompletionChunk Part(in ChoiceDelta delta, int part) => Chunk(
        new ChunkChoice(delta.Index, Delta(delta.Parts[part])) { Logprobs = part == 0 ? Wrap(delta.Logprobs) : null }, delta.CompletionTokens);

    /// <summary>The last chunk of a choice; logprobs of tokens without text ride here when there was no chunk for them.</summary>
    public ChatCompletionChunk Finish(in ChoiceDelta delta) => Chunk(
        new ChunkChoice(delta.Index, ChatDelta.Empty)
        {
            FinishReason = delta.Finish!.Reason,
            StopReason = delta.Finish.StopReason,
            Logprobs = delta.Parts.IsEmpty ? Wrap(delta.Logprobs) : null,
        },
        delta.CompletionTokens);

    /// <summary>The chunk with the final usage, or null when it was not asked for.</summary>
    public ChatCompletionChunk? Usage() => _usage
        ? Chunk([], ChunkUsage.Of(_generation.Usage))
        : null;

    private ChatDelta Delta(in AnswerPart part) => part.Kind switch
    {
        AnswerPartKind.Content => new ChatDelta(Content: part.Text),
        AnswerPartKind.Reasoning when _generation.Rules.Tell(part.Text) is var (content, reasoning) =>
            new ChatDelta { ReasoningContent = content, Reasoning = reasoning },
        AnswerPartKind.ToolCall when _generation.Rules.TellsFunctionCall => new ChatDelta { FunctionCall = new FunctionCall(part.Text, "") },
        AnswerPartKind.ToolArguments when _generation.Rules.TellsFunctionCall => new ChatDelta { FunctionCall = new FunctionCall(null, part.Text) },
        AnswerPartKind.ToolCall => new ChatDelta { ToolCalls = [ToolCallDelta.Start(part.CallIndex, part.CallId!, part.Text)] },
        _ => new ChatDelta { ToolCalls = [ToolCallDelta.More(part.CallIndex, part.Text)] },
    };

    private ChatCompletionChunk Chunk(ChunkChoice choice, int completionTokens)
    {
        var usage = _continuousUsage ? ChunkUsage.Of(new Usage(_generation.PromptTokensOf(choice.Index), completionTokens))
            : _usage ? ChunkUsage.Null
            : default;
        return Chunk([choice], usage);
    }

    private ChatCompletionChunk Chunk(IReadOnlyList<ChunkChoice> choices, ChunkUsage usage) =>
        new(_generation.Id, _generation.Created, _generation.Model.Id, choices)
        {
            SystemFingerprint = _generation.Model.Fingerprint,
            Usage = usage,
        };

    private static ChoiceLogprobs? Wrap(IReadOnlyList<TokenLogprob>? entries) => entries is null ? null : new ChoiceLogprobs(entries);
}
