using System.Globalization;
using System.Threading.Channels;
using Rill.ModelStore;
using Rill.ModelStore.Loading;
using Rill.Telemetry;

namespace Rill.FunctionApp.Loading;

/// <summary>
/// The load of the model, which runs beside the app's own start and beside the host's: whoever needs the model waits for
/// <see cref="Completion"/>. (The host gives a worker 60 s to start; no model has to be loaded by then.)
/// </summary>
internal sealed class ModelLoad : ILoadObserver, IAsyncDisposable
{
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _inspected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _notes = Channel.CreateUnbounded<string>();
    private volatile bool _preparing;
    private volatile int _quantizedPercent = 100;

    private ModelLoad(ModelAddress address, string id, StartTimeline timeline, RillSettings settings)
    {
        (Address, Id, Timeline) = (address, id, timeline);
        Adapters = new AdapterShelf(settings, this);
    }

    /// <summary>Where the model lies.</summary>
    public ModelAddress Address { get; }

    /// <summary>The id under which clients name it, known before it is loaded.</summary>
    public string Id { get; }

    /// <summary>Loads the model's adapters.</summary>
    public AdapterShelf Adapters { get; }

    /// <summary>When the phases of the start ended.</summary>
    public StartTimeline Timeline { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>The loaded model, or the failure.</summary>
    public Task<LoadedModel> Completion { get; private set; } = null!;

    /// <summary>Ends when nobody has to wait any longer: the model is loaded, or failed, or the app is going down.</summary>
    public Task Settled { get; private set; } = null!;

    /// <summary>True once the app is going down; what is not loaded by then never will be.</summary>
    public bool IsStopping => _stopping.Task.IsCompleted;

    /// <summary>
    /// Ends when nothing that is cheap to check stands against the model: for a directory, once its small files and the weights' headers
    /// were read. A failure here is a start that never was.
    /// </summary>
    public Task Inspected => _inspected.Task;

    /// <summary>True once requests can be served.</summary>
    public bool IsReady => Completion.IsCompletedSuccessfully;

    /// <summary>The model.</summary>
    /// <exception cref="InvalidOperationException">It is not loaded.</exception>
    public LoadedModel Model => IsReady ? Completion.Result : throw new InvalidOperationException("The model is not loaded yet.");

    /// <summary>Why there will be no model; null while it is loading and afterwards.</summary>
    public string? Failure => Completion.Exception is { } failure
        ? StartFailure.Explain(failure) ?? $"{Address} could not be loaded, and the log says why ({failure.InnerException!.GetType().Name})."
        : null;

    /// <summary>What is being done, such as <c>fetching, 43 %</c>.</summary>
    public string Progress => this switch
    {
        { IsReady: true } => "ready",
        { Failure: not null } => "failed",
        { _preparing: true, _quantizedPercent: < 100 and var percent } => string.Create(CultureInfo.InvariantCulture, $"quantizing, {percent} %"),
        { _preparing: true } => "preparing",
        { Bytes.TotalBytes: > 0 } => string.Create(CultureInfo.InvariantCulture, $"fetching, {Bytes.Percent} %"),
        _ => "opening",
    };

    /// <summary>How far the bytes are.</summary>
    public TransferProgress Bytes { get; } = new();

    /// <summary>What the runner has to say for the log, then and later. It speaks before there is a log, so its sentences wait here.</summary>
    public ChannelReader<string> Notes => _notes.Reader;

    /// <summary>Begins to load what the settings name.</summary>
    /// <exception cref="ModelFileException">There is no such directory.</exception>
    /// <exception cref="StoreException">The address is not understood.</exception>
    public static ModelLoad Begin(RillSettings settings, StartTimeline timeline, IModelLoader loader)
    {
        var address = loader.Find(settings.Options);
        var load = new ModelLoad(address, settings.Options.ModelId ?? address.Name, timeline, settings);
        load.Completion = Task.Run(() => load.RunAsync(settings, loader));
        load.Settled = Task.WhenAny(load.Completion, load._stopping.Task);
        return load;
    }

    /// <summary>After the app has ended: throws what ended it, if that was the load.</summary>
    /// <exception cref="StartFailureException">The sentence that requests and health were told meanwhile.</exception>
    public void ThrowIfFailed()
    {
        if (Failure is { } reason)
        {
            throw new StartFailureException(reason, Completion.Exception);
        }
    }

    /// <summary>
    /// Ends the load, where it has not ended, and waits until it has: a process must not exit while libtorch is being loaded. What cannot
    /// be ended is waited for at most ten seconds.
    /// </summary>
    public async Task StopAsync()
    {
        _stopping.TrySetResult();
        await _stop.CancelAsync();
        await Task.WhenAny(Completion, Task.Delay(s_endLimit));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Adapters.Dispose();
    }

    /// <inheritdoc/>
    public void NoteInspected() => _inspected.TrySetResult();

    /// <inheritdoc/>
    public void NoteFirstByte() => Timeline.Mark(StartPhase.FirstByte);

    /// <inheritdoc/>
    public void NoteFetched()
    {
        Timeline.Mark(StartPhase.Weights);
        _preparing = true;
    }

    /// <inheritdoc/>
    public void NoteNativeLibrary() => Timeline.Mark(StartPhase.NativeLibrary);

    /// <summary>This share of the weights, from 0 to 1, is quantized.</summary>
    internal void NoteQuantizing(double share) => _quantizedPercent = (int)(100 * share);

    /// <summary>Keeps a sentence for the log.</summary>
    public void Note(string sentence) => _notes.Writer.TryWrite(sentence);

    private async Task<LoadedModel> RunAsync(RillSettings settings, IModelLoader loader)
    {
        try
        {
            if (Address is not DirectoryAddress)
            {
                NoteInspected();    // what a store holds is seen only after the host has been answered
            }

            var model = await loader.LoadAsync(settings, this, _stop.Token);
            try
            {
                _stop.Token.ThrowIfCancellationRequested();    // loaded too late: nobody will use it
                await Adapters.LoadConfiguredAsync(model, _stop.Token);
            }
            catch
            {
                model.Runner.Dispose();
                throw;
            }

            Timeline.Mark(StartPhase.Model);
            return model;
        }
        catch (Exception failure)
        {
            _inspected.TrySetException(failure);
            _stop.Token.ThrowIfCancellationRequested();    // what fails while it is being ended has not failed
            throw;
        }
    }
}
