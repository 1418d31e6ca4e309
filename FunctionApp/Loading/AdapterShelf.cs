using Rill.Chat;
using Rill.Models.Adapters;
using Rill.ModelStore;
using Rill.ModelStore.Loading;
using Rill.OpenAI;
using Rill.Serving;

namespace Rill.FunctionApp.Loading;

/// <summary>Loads adapters, at the start and on request, and gives them to requests as models. One is loaded at a time.</summary>
public sealed class AdapterShelf : IDisposable
{
    /// <summary>Most adapters at a time: each takes memory, and a request's model is looked for among them.</summary>
    private const int Most = 256;

    private readonly RillSettings _settings;
    private readonly ModelLoad _load;
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="settings">Where adapters may lie, and how they are fetched.</param>
    /// <param name="load">The model's load, which is told what is to be logged.</param>
    internal AdapterShelf(RillSettings settings, ModelLoad load) => (_settings, _load) = (settings, load);

    /// <summary>Loads what the settings name.</summary>
    /// <exception cref="StartFailureException">One cannot be loaded; the message names it and says why.</exception>
    internal async Task LoadConfiguredAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        foreach (var (name, place) in _settings.Adapters.Places)
        {
            ApiError? refusal;
            try
            {
                refusal = await AddAsync(model, name, Find(place), cancellationToken);
            }
            catch (Exception failure) when (StartFailure.Explain(failure) is { } reason)
            {
                throw new StartFailureException($"the adapter '{name}' cannot be loaded: {reason}", failure);
            }

            if (refusal is not null)
            {
                throw new StartFailureException($"the adapter '{name}' cannot be loaded: {refusal.Message}");
            }
        }
    }

    /// <summary>Loads what a request names; null, or why it is not loaded.</summary>
    /// <exception cref="OperationCanceledException">The request ended while the adapter was fetched.</exception>
    internal async Task<ApiError?> LoadAsync(LoadAdapterRequest request, CancellationToken cancellationToken)
    {
        if (!_settings.Adapters.AllowLoading)
        {
            return ApiError.AdapterLoadingOff();
        }

        try
        {
            return Locate(request.Path) is { } address
                ? await AddAsync(_load.Model, request.Name, address, cancellationToken)
                : ApiError.AdapterNotFound("lora_path", "lora_path names no directory that this server may load adapters from.");
        }
        catch (Exception failure) when (StartFailure.Explain(failure) is { } reason)
        {
            return ApiError.InvalidValue("lora_path", $"The adapter cannot be loaded: {reason}");
        }
    }

    /// <summary>
    /// Unloads what a request names; null, or why it is not unloaded. Nobody gets the adapter from then on, the sequences that run with it go on to
    /// their ends, and then its memory is given back.
    /// </summary>
    internal ApiError? Unload(UnloadAdapterRequest request, InferenceEngine engine)
    {
        if (!_settings.Adapters.AllowLoading)
        {
            return ApiError.AdapterLoadingOff();
        }

        if (_load.Model.Models.Remove(request.Name) is not { } adapter)
        {
            return ApiError.AdapterNotFound("lora_name", "The LoRA adapter cannot be found: GET /v1/models lists those that are loaded.");
        }

        _ = engine.UnloadAdapterAsync(adapter.Adapter);
        _load.Note($"Adapter {request.Name} was unloaded by a request.");
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ApiError?> AddAsync(LoadedModel model, string name, ModelAddress address, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (model.Models.Find(name) is not null)
            {
                return ApiError.InvalidValue(
                    "lora_name", $"A model of the name '{name}' has already been loaded: unload it first, or choose another name.");
            }

            if (model.Models.Count > Most)
            {
                return ApiError.InvalidValue("lora_name", $"{Most} adapters are loaded, and no more are served at a time: unload one first.");
            }

            using var files = await OpenAsync(address, cancellationToken);
            var number = model.Models.NextAdapter();
            var summary = await Task.Run(() => model.Runner.LoadAdapter(number, files), CancellationToken.None);
            model.Models.TryAdd(model.Chat.WithAdapter(name, number, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), summary.Fingerprint));
            _load.Note($"Adapter {name} is served from {address}: rank {summary.Rank}, {summary.Bytes >> 10} KiB.");
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What is no adapter is refused while its weights, which may be a whole model's, are still on their way.</summary>
    private async Task<ModelFiles> OpenAsync(ModelAddress address, CancellationToken cancellationToken) => address is DirectoryAddress directory
        ? ModelFiles.InDirectory(directory.Path)
        : await ModelFetch.RunAsync(
            address, _settings.Store, new TransferProgress(), files => Task.Run(() => AdapterConfig.Load(files), cancellationToken),
            cancellationToken);

    /// <summary>What a setting names: a directory, looked for as the model's, or an address.</summary>
    private static ModelAddress Find(string place) => ModelAddress.Parse(place) is DirectoryAddress directory
        ? new DirectoryAddress(ModelDirectory.Candidates(directory.Path).FirstOrDefault(Directory.Exists)
            ?? throw new StartFailureException($"the directory '{place}' does not exist."))
        : ModelAddress.Parse(place);

    /// <summary>What a request names, as far as the settings let it name anything; null for what is not there or not allowed.</summary>
    private ModelAddress? Locate(string path)
    {
        if (_settings.Adapters.LoadingFolder is { } folder)
        {
            return LocalFolder.Resolve(folder, path) is { } below && Directory.Exists(below) ? new DirectoryAddress(below) : null;
        }

        return ModelAddress.Parse(path) switch
        {
            DirectoryAddress directory => Directory.Exists(directory.Path) ? new DirectoryAddress(Path.GetFullPath(directory.Path)) : null,
            var address => address,
        };
    }
}
