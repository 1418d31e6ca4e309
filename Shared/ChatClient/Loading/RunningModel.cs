using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rill.Chat;
using Rill.ModelStore;
using Rill.ModelStore.Loading;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.ChatClient.Loading;

/// <summary>A loaded model with the engine that runs it. Disposing it gives the model's memory back.</summary>
internal sealed class RunningModel : IAsyncDisposable
{
    private readonly InferenceEngine _engine;
    private readonly RillMetrics _metrics;
    private readonly TimeSpan _drainLimit;

    private RunningModel(LoadedModel model, RillChatClientOptions options, ILoggerFactory loggers)
    {
        _drainLimit = TimeSpan.FromSeconds(options.DrainSeconds);
        _metrics = new RillMetrics();
        _engine = new InferenceEngine(model.Runner, options.Engine, loggers.CreateLogger<InferenceEngine>(), TimeProvider.System, _metrics);
        var limits = new ChatRequestLimits(model.Models, model.Runner.Limits.VocabularySize, MaxSchemaBytes: options.MaxSchemaBytes);
        Chat = new ChatService(model.Chat, _engine, limits, _metrics, TimeProvider.System, models: model.Models);
    }

    /// <summary>What admits requests.</summary>
    public ChatService Chat { get; }

    /// <summary>Loads a model.</summary>
    /// <exception cref="RillLoadException">It cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The load was cancelled.</exception>
    public static async Task<RunningModel> LoadAsync(
        ModelAddress address, string id, RillChatClientOptions options, CancellationToken cancellationToken)
    {
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var watch = new LoadWatch(options.Progress, loggers.CreateLogger<RillChatClient>());
        await using (watch.ConfigureAwait(false))
        {
            try
            {
                var model = await ModelLoading.RunAsync(Plan(address, id, options, watch), watch, cancellationToken).ConfigureAwait(false);
                var running = new RunningModel(model, options, loggers);
                watch.NoteReady();
                return running;
            }
            catch (Exception failure) when (LoadFailures.Explain(failure) is { } explained)
            {
                cancellationToken.ThrowIfCancellationRequested();    // what fails while it is being ended has not failed
                throw explained;
            }
        }
    }

    /// <summary>Lets what runs go on for a while, then ends it; and gives the memory back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _engine.DrainAsync(_drainLimit).ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private static ModelLoadPlan Plan(ModelAddress address, string id, RillChatClientOptions options, LoadWatch watch) => new(address, id)
    {
        Embeddings = options.Embeddings,
        MessageFormat = options.MessageFormat,
        Store = options.Store,
        Bytes = watch.Bytes,
        Device = options.Device,
        Dtype = options.Dtype,
        LoadLibrary = () => TorchRunners.LoadLibrary(options),
        MakeRunner = files => TorchRunners.Make(files, options, watch),
    };
}
