using System.Globalization;
using Rill.ModelStore;
using Rill.Telemetry;

namespace Rill.FunctionApp.Hosting;

/// <summary>
/// The load of the model, which runs beside the app's own start and beside the host's: whoever needs the model waits for
/// <see cref="Completion"/>. (The host gives a worker 60 s to start; no model has to be loaded by then.)
/// </summary>
internal sealed class ModelLoad : IDisposable
{
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _inspected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LoadProgress _progress = new();
    private volatile bool _preparing;
    private volatile int _quantizedPercent = 100;

    private ModelLoad(ModelAddress address, string id, StartTimeline timeline) => (Address, Id, Timeline) = (address, id, timeline);

    /// <summary>Where the model lies.</summary>
    public ModelAddress Address { get; }

    /// <summary>The id under which clients name it, known before it is loaded.</summary>
    public string Id { get; }

    /// <summary>When the phases of the start ended.</summary>
    public StartTimeline Timeline { get; }

    /// <summary>The loaded model, or the failure.</summary>
    public Task<LoadedModel> Completion { get; private set; } = null!;

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
    public string? Failure => Completion.Exception is { } failure ? StartFailure.Explain(failure) ?? "the log says why." : null;

    /// <summary>What is being done, such as <c>fetching, 43 %</c>.</summary>
    public string Progress => this switch
    {
        { IsReady: true } => "ready",
        { Failure: not null } => "failed",
        { _preparing: true, _quantizedPercent: < 100 and var percent } => string.Create(CultureInfo.InvariantCulture, $"quantizing, {percent} %"),
        { _preparing: true } => "preparing",
        { _progress.TotalBytes: > 0 } => string.Create(CultureInfo.InvariantCulture, $"fetching, {_progress.Percent} %"),
        _ => "opening",
    };

    /// <summary>How far the bytes are.</summary>
    public LoadProgress Bytes => _progress;

    /// <summary>Begins to load what the settings name.</summary>
    /// <exception cref="StartFailureException">There is no such directory.</exception>
    /// <exception cref="StoreException">The address is not understood.</exception>
    public static ModelLoad Begin(RillSettings settings, StartTimeline timeline, ModelLoading loading)
    {
        var options = settings.Options;
        var address = options.IsScripted ? new DirectoryAddress("scripted") : ModelAddress.Parse(options.Model);
        if (address is DirectoryAddress directory && !options.IsScripted)
        {
            address = new DirectoryAddress(ModelDirectory.Find(directory.Path));
        }

        var load = new ModelLoad(address, options.ModelId ?? address.Name, timeline);
        load.Completion = Task.Run(() => load.RunAsync(settings, loading));
        return load;
    }

    /// <summary>After the app has ended: throws what ended it, if that was the load.</summary>
    public void ThrowIfFailed()
    {
        if (Completion.IsFaulted)
        {
            Completion.GetAwaiter().GetResult();
        }
    }

    /// <summary>Ends the load; nobody waits for it any more.</summary>
    public void Cancel() => _stop.Cancel();

    /// <summary>Ends the load and waits for its end: a process must not exit while libtorch is being loaded.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAny([Completion], s_endLimit);
        _stop.Dispose();
    }

    private async Task<LoadedModel> RunAsync(RillSettings settings, ModelLoading loading)
    {
        try
        {
            var steps = new LoadSteps(
                Inspected: () => _inspected.TrySetResult(),
                Fetched: () => _preparing = Timeline.Mark(StartPhase.Weights),
                FirstByte: () => Timeline.Mark(StartPhase.FirstByte),
                NativeLibrary: () => Timeline.Mark(StartPhase.NativeLibrary),
                Quantizing: share => _quantizedPercent = (int)(100 * share));
            if (Address is not DirectoryAddress)
            {
                steps.Inspected();    // what a store holds is seen only after the host has been answered
            }

            var model = await loading.LoadAsync(settings, Address, Id, _progress, steps, _stop.Token);
            Timeline.Mark(StartPhase.Model);
            return model;
        }
        catch (Exception failure)
        {
            _inspected.TrySetException(failure);
            throw;
        }
    }
}
