using System.Diagnostics;
using Rill.Chat;
using Rill.FunctionApp.Loading;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>
/// Where requests come to the model. What comes while it is loading is held, with signs of life, or sent away (contract H.6).
/// </summary>
public sealed class ModelGate
{
    private const string Owner = "rill";
    private const int LongestRetryAfter = 30;
    private const int UnknownRetryAfter = 5;
    private static readonly TimeSpan _mostBetweenComments = TimeSpan.FromSeconds(2);

    private readonly ModelLoad _load;
    private readonly Func<InferenceEngine> _engine;
    private readonly Func<ChatService> _chat;
    private readonly RillOptions _options;
    private readonly IEnumerable<string> _configured;
    private readonly RillMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly int _places;
    private int _held;

    internal ModelGate(
        ModelLoad load, Func<InferenceEngine> engine, Func<ChatService> chat, RillSettings settings, RillMetrics metrics, TimeProvider time)
    {
        (_load, _engine, _chat) = (load, engine, chat);
        (_options, _configured, _metrics, _time) = (settings.Options, settings.Adapters.Places.Keys, metrics, time);
        _places = settings.Engine.MaxSequences + settings.Engine.MaxQueuedRequests;
    }

    /// <summary>The engine; null while the model is loading. The first look at a loaded model starts it.</summary>
    internal InferenceEngine? Engine => _load.IsReady ? _engine() : null;

    /// <summary>What answers; only once there is no <see cref="Obstacle"/>.</summary>
    internal ChatService Chat => _chat();

    /// <summary>
    /// What is known of the model and its adapters, the model first: while it is loading the ids that the settings name, with the time at which
    /// the load began.
    /// </summary>
    internal IReadOnlyList<ModelCard> Cards => _load.IsReady
        ? [.. _load.Model.Models.All.Select(model =>
            new ModelCard(model.Id, model.Created, Owner) { Parent = model.Parent, MaxModelLen = Chat.ContextLength })]
        : [LoadingCard(_load.Id, null), .. _configured.Select(name => LoadingCard(name, _load.Id))];

    /// <summary>The card of an id; null for one that is not served.</summary>
    internal ModelCard? Find(string id) => Cards.FirstOrDefault(card => card.Id == id);

    /// <summary>Why requests are not served now; null once the model is loaded.</summary>
    internal ApiError? Obstacle => _load switch
    {
        { IsReady: true } => null,
        { IsStopping: true } => ApiError.ShuttingDown(UnknownRetryAfter),
        { Failure: { } reason } => ApiError.ModelFailed(reason, LongestRetryAfter),
        _ => ApiError.ModelLoading(RetryAfterSeconds(), _load.Progress),
    };

    /// <summary>
    /// Waits where the settings say so, at most <see cref="RillOptions.HoldSeconds"/>. Null when the model is loaded. No more are held than the
    /// engine will have places for, of which a request asks for one or several.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request has ended.</exception>
    internal Task<ApiError?> HoldAsync(int places, CancellationToken cancellationToken) => HoldAsync(places, async () =>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_load.Settled, Task.Delay(TimeSpan.FromSeconds(_options.HoldSeconds), _time, limit.Token));
        await limit.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    });

    /// <summary>
    /// As above, for a request that asks for a stream: its headers go out at once, and comments tell how far the load is. The answer, or
    /// the error, must follow on the stream where it was started.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request has ended.</exception>
    internal Task<ApiError?> HoldStreamAsync(EventStream stream, int places, CancellationToken cancellationToken) => HoldAsync(places, async () =>
    {
        await stream.StartAsync();
        while (IsWorthWaiting)
        {
            await stream.CommentAsync($"loading: {_load.Progress}");
            await Task.WhenAny(_load.Settled, Task.Delay(Pause, _time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    });

    private async Task<ApiError?> HoldAsync(int places, Func<Task> wait)
    {
        if (!IsWorthWaiting)
        {
            return Obstacle;
        }

        try
        {
            // One that asks for more than there will ever be is told so once they are there.
            if (Interlocked.Add(ref _held, places) > Math.Max(_places, places))
            {
                _metrics.QueueRejected(RillMetrics.QueueFull);
                return ApiError.Overloaded(RetryAfterSeconds());
            }

            await wait();
            return Obstacle;
        }
        finally
        {
            Interlocked.Add(ref _held, -places);
        }
    }

    private ModelCard LoadingCard(string id, string? parent) => new(id, _load.Began.ToUnixTimeSeconds(), Owner) { Parent = parent };

    private bool IsWorthWaiting => !_load.Settled.IsCompleted && _options.WhileLoading == WhileLoading.Hold;

    private TimeSpan Pause => TimeSpan.FromSeconds(Math.Min(_mostBetweenComments.TotalSeconds, _options.HeartbeatSeconds));

    /// <summary>What is left at the speed so far.</summary>
    private int RetryAfterSeconds()
    {
        var (done, total, began) = (_load.Bytes.DoneBytes, _load.Bytes.TotalBytes, _load.Bytes.FirstByteAt);
        return done > 0 && began != 0
            ? (int)Math.Clamp(Math.Ceiling(Stopwatch.GetElapsedTime(began).TotalSeconds * (total - done) / done), 1, LongestRetryAfter)
            : UnknownRetryAfter;
    }
}
