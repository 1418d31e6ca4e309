using Microsoft.Extensions.Logging;
using Rill.ModelStore;
using Rill.ModelStore.Loading;

namespace Rill.ChatClient.Loading;

/// <summary>Tells how far a load is, to whoever asked to be told, and writes what it says into the log.</summary>
internal sealed partial class LoadWatch : ILoadObserver, IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly IProgress<RillLoadProgress>? _progress;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _polls;
    private volatile bool _isFetched;

    /// <summary>Begins to tell.</summary>
    public LoadWatch(IProgress<RillLoadProgress>? progress, ILogger logger)
    {
        (_progress, _logger) = (progress, logger);
        Tell("opening", null);
        _polls = progress is null ? Task.CompletedTask : PollAsync();
    }

    /// <summary>How far a remote model's bytes are.</summary>
    public TransferProgress Bytes { get; } = new();

    /// <inheritdoc/>
    public void NoteNativeLibrary()
    {
    }

    /// <inheritdoc/>
    public void NoteFirstByte()
    {
    }

    /// <inheritdoc/>
    public void NoteInspected()
    {
    }

    /// <inheritdoc/>
    public void NoteFetched()
    {
        _isFetched = true;
        Tell("preparing", null);
    }

    /// <summary>This share of the weights, from 0 to 1, is quantized.</summary>
    public void NoteQuantizing(double share) => Tell("quantizing", share);

    /// <summary>The model takes requests.</summary>
    public void NoteReady() => Tell("ready", 1);

    /// <inheritdoc/>
    public void Note(string sentence) => Loaded(_logger, sentence);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _polls.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    /// <summary>Bytes come in too many pieces to tell of each.</summary>
    private async Task PollAsync()
    {
        while (!_isFetched)
        {
            await Task.Delay(s_pause, _end.Token).ConfigureAwait(false);
            if (!_isFetched && Bytes.TotalBytes > 0)
            {
                Tell("fetching", (double)Bytes.DoneBytes / Bytes.TotalBytes);
            }
        }
    }

    private void Tell(string phase, double? share) => _progress?.Report(new(phase, share, Bytes.DoneBytes, Bytes.TotalBytes));

    [LoggerMessage(130, LogLevel.Information, "{Note}")]
    private static partial void Loaded(ILogger logger, string note);
}
