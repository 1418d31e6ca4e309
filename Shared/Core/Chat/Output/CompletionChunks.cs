using Rill.OpenAI;

namespace Rill.Chat.Output;

/// <summary>
/// The events of streamed completions of text (contract A.2): for each choice its prompt where that is echoed, its text and an event with
/// its finish; then usage, when asked for.
/// </summary>
public sealed class CompletionChunks
{
    private readonly ChatGeneration _generation;
    private readonly bool _usage;
    private readonly bool _continuousUsage;
    private readonly DeltaTemplate?[] _templates;
    private readonly CompletionLogprobsBuilder[] _logprobs;

    /// <summary>Events of a generation, with usage as the request's stream options ask.</summary>
    public CompletionChunks(ChatGeneration generation, StreamOptions? options)
    {
        _generation = generation;
        _usage = options?.IncludeUsage ?? false;
        _continuousUsage = _usage && (options?.ContinuousUsageStats ?? false);
        _templates = new DeltaTemplate?[generation.ChoiceCount];
        _logprobs = [.. Enumerable.Range(0, generation.ChoiceCount).Select(_ => new CompletionLogprobsBuilder())];
    }

    /// <summary>The first event of a choice whose prompt is echoed; null for one whose is not, or comes with logprobs, which are yet to be computed.</summary>
    public Completion? Echo(int index) => _generation is { ScoresPrompts: false } && _generation.Echo(index) is { } prompt
        ? Event(new CompletionChoice(index, prompt), completionTokens: 0)
        : null;

    /// <summary>The event of the prompt that comes with a delta, which stands before it; null where none does.</summary>
    public Completion? Echo(in ChoiceDelta delta) => delta.PromptLogprobs is { } entries && _generation.Echo(delta.Index) is { } prompt
        ? Event(new CompletionChoice(delta.Index, prompt) { Logprobs = _logprobs[delta.Index].Echo(prompt, entries) }, completionTokens: 0)
        : null;

    /// <summary>The encoded form of an ordinary event of this choice; null where logprobs or running usage make each its own.</summary>
    public DeltaTemplate? TemplateFor(in ChoiceDelta delta) => delta.Logprobs is not null || _continuousUsage
        ? null
        : _templates[delta.Index] ??= new DeltaTemplate(Event(new CompletionChoice(delta.Index, ""), completionTokens: 0));

    /// <summary>The event of a delta's text.</summary>
    public Completion Text(in ChoiceDelta delta) => Event(
        new CompletionChoice(delta.Index, delta.Parts[0].Text) { Logprobs = Logprobs(delta) }, delta.CompletionTokens);

    /// <summary>The last event of a choice; logprobs of tokens without text ride here when there was no event for them.</summary>
    public Completion Finish(in ChoiceDelta delta) => Event(
        new CompletionChoice(delta.Index, "")
        {
            FinishReason = delta.Finish!.Reason,
            StopReason = delta.Finish.StopReason,
            Logprobs = delta.Parts.IsEmpty ? Logprobs(delta) : null,
        },
        delta.CompletionTokens);

    /// <summary>The event with the final usage, or null when it was not asked for.</summary>
    public Completion? Usage() => _usage ? Event([], ChunkUsage.Of(_generation.Usage)) : null;

    private CompletionLogprobs? Logprobs(in ChoiceDelta delta) => delta.Logprobs is { } entries ? _logprobs[delta.Index].Add(entries) : null;

    private Completion Event(CompletionChoice choice, int completionTokens) => Event(
        [choice],
        _continuousUsage ? ChunkUsage.Of(new Usage(_generation.PromptTokensOf(choice.Index), completionTokens))
        : _usage ? ChunkUsage.Null
        : default);

    private Completion Event(IReadOnlyList<CompletionChoice> choices, ChunkUsage usage) =>
        new(_generation.Id, _generation.Created, _generation.Model.Id, choices)
        {
            SystemFingerprint = _generation.Model.Fingerprint,
            Usage = usage,
        };
}
