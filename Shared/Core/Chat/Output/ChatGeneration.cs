using System.Diagnostics;
using System.Threading.Channels;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.Chat.Output;

/// <summary>
/// An admitted request: its choices' deltas as they are made. One consumer. Disposing it ends whatever still runs.
/// </summary>
public sealed class ChatGeneration : IAsyncDisposable
{
    private readonly IReadOnlyList<PromptChoices> _prompts;
    private readonly IChoiceSource[] _choices;    // [prompt * choices of a prompt + choice]
    private readonly Activity? _activity;
    private readonly ContentTrace? _content;
    private readonly CancellationTokenSource _stopPumps = new();
    private Channel<ChoiceDelta>? _arrivals;
    private Task _pumps = Task.CompletedTask;

    internal ChatGeneration(ChatModel model, string idPrefix, IReadOnlyList<PromptChoices> prompts, long created, Activity? activity, ContentTrace? content)
    {
        _prompts = prompts;
        _choices = [.. prompts.SelectMany(prompt => prompt.Choices)];
        _activity = activity;
        _content = content;
        Model = model;
        Id = idPrefix + Guid.NewGuid().ToString("N");
        PromptTokens = prompts.Sum(prompt => prompt.Tokens);
        Created = created;
    }

    /// <summary>The response's id, the same in all chunks.</summary>
    public string Id { get; }

    /// <summary>Unix seconds of admission.</summary>
    public long Created { get; }

    /// <summary>The model that answers.</summary>
    public ChatModel Model { get; }

    /// <summary>What of the request's wishes is not fulfilled; null when all are.</summary>
    public string? Warning { get; init; }

    /// <summary>What of the parts is told, and how.</summary>
    public AnswerRules Rules { get; init; } = AnswerRules.Default;

    /// <summary>Number of choices.</summary>
    public int ChoiceCount => _choices.Length;

    /// <summary>Tokens of the prompts, each counted once.</summary>
    public int PromptTokens { get; }

    /// <summary>The prompts once and every choice's tokens so far.</summary>
    public Usage Usage => new(PromptTokens, CompletionTokens)
    {
        PromptTokensDetails = new PromptTokensDetails(CachedTokens),
        CompletionTokensDetails = ReasoningTokens > 0 || Model.Format?.Reasoning is not null ? new CompletionTokensDetails(ReasoningTokens) : null,
    };

    private int ReasoningTokens => _choices.Sum(choice => choice.ReasoningTokens);

    private int CompletionTokens => _choices.Sum(choice => choice.CompletionTokens);

    private int CachedTokens => _prompts.Sum(prompt => prompt.Choices[0].CachedTokens);

    /// <summary>Sequences that wait before the first choice, which is the first to run; null once it runs.</summary>
    public int? Ahead => _choices[0].Ahead;

    /// <summary>Whether the prompts come back with log-probabilities, in the choices' first deltas.</summary>
    public bool ScoresPrompts { get; init; }

    /// <summary>What a choice's text begins with before its own; null for nothing.</summary>
    public string? Echo(int index) => PromptOf(index).Echo;

    /// <summary>Tokens of a choice's prompt.</summary>
    public int PromptTokensOf(int index) => PromptOf(index).Tokens;

    private PromptChoices PromptOf(int index) => _prompts[index / (_choices.Length / _prompts.Count)];

    /// <summary>The next delta of any choice, in order of arrival; null when every choice has told its finish.</summary>
    /// <exception cref="EngineFaultException">A choice failed; the answer ends with the first that does.</exception>
    public ValueTask<ChoiceDelta?> NextAsync(CancellationToken cancellationToken)
    {
        var next = _choices.Length == 1 ? NextOfOneAsync(cancellationToken) : NextOfManyAsync(cancellationToken);
        return _content is null ? next : NoteAsync(next, _content);
    }

    /// <summary>Ends every choice that still runs and says why; a read then throws. May be called from any thread.</summary>
    public void Abort(AbortCause cause)
    {
        foreach (var choice in _choices)
        {
            choice.Abort(cause);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var choice in _choices)
        {
            choice.Dispose();
        }

        await _stopPumps.CancelAsync();
        await _pumps;
        _stopPumps.Dispose();
        EndActivity();
    }

    private void EndActivity()
    {
        if (_choices.All(choice => choice.Finish is not null))
        {
            var reasons = _choices.Select(choice => Name(choice.Finish!.Reason));
            RillActivity.Complete(_activity, Id, [.. reasons], PromptTokens, CompletionTokens, CachedTokens, _choices[0].TimeToFirstToken);
        }
        else
        {
            RillActivity.Fail(_activity, "aborted");
        }

        _content?.Complete([.. _choices.Select(choice => choice.Finish is { } finish ? Name(finish.Reason) : null)]);
        _activity?.Dispose();
    }

    private static string Name(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        FinishReason.FunctionCall => "function_call",
        _ => "stop",
    };

    private static async ValueTask<ChoiceDelta?> NoteAsync(ValueTask<ChoiceDelta?> next, ContentTrace content)
    {
        var delta = await next;
        if (delta is { } gained)
        {
            content.Add(gained);
        }

        return delta;
    }

    private async ValueTask<ChoiceDelta?> NextOfOneAsync(CancellationToken cancellationToken) =>
        _choices[0].Finish is not null ? null : await _choices[0].ReadAsync(cancellationToken);

    private async ValueTask<ChoiceDelta?> NextOfManyAsync(CancellationToken cancellationToken)
    {
        var arrivals = _arrivals ??= StartPumps();
        while (await arrivals.Reader.WaitToReadAsync(cancellationToken))
        {
            if (arrivals.Reader.TryRead(out var delta))
            {
                return delta;
            }
        }

        return null;
    }

    private Channel<ChoiceDelta> StartPumps()
    {
        var arrivals = Channel.CreateBounded<ChoiceDelta>(new BoundedChannelOptions(_choices.Length) { SingleReader = true });
        _pumps = PumpAllAsync(arrivals.Writer);
        return arrivals;
    }

    private async Task PumpAllAsync(ChannelWriter<ChoiceDelta> arrivals)
    {
        await Task.WhenAll(_choices.Select(choice => PumpAsync(choice, arrivals, _stopPumps.Token)));
        arrivals.TryComplete();
    }

    private static async Task PumpAsync(IChoiceSource choice, ChannelWriter<ChoiceDelta> arrivals, CancellationToken cancellationToken)
    {
        try
        {
            while (choice.Finish is null)
            {
                await arrivals.WriteAsync(await choice.ReadAsync(cancellationToken), cancellationToken);
            }
        }
        catch (Exception failure)
        {
            // The first failure ends the whole answer at once; when another choice failed before, this changes nothing.
            arrivals.TryComplete(failure);
        }
    }
}
