using Rill.ModelStore;
using Rill.ModelStore.Loading;
using Rill.Serving;

namespace Rill.FunctionApp.Loading;

/// <summary>Makes a runner from a model's files, which it disposes with itself, and names exactly this model on exactly this build and device.</summary>
internal delegate (IModelRunner Runner, string Fingerprint, string Precision) RunnerFactory(ModelFiles files, RillSettings settings, ModelLoad load);

/// <summary>Loads what the settings name: a model directory or a remote model.</summary>
/// <param name="loadLibrary">Loads the native libraries that the options name; runs beside everything else.</param>
/// <param name="makeRunner">Makes the runner.</param>
internal sealed class ModelLoader(Action<RillOptions> loadLibrary, RunnerFactory makeRunner) : IModelLoader
{
    private const string Remedy = "set Rill__Model to";

    /// <inheritdoc/>
    public ModelAddress Find(RillOptions options)
    {
        var address = ModelAddress.Parse(options.Model);
        return address is DirectoryAddress directory ? new DirectoryAddress(ModelDirectory.Find(directory.Path, Remedy)) : address;
    }

    /// <inheritdoc/>
    public Task<LoadedModel> LoadAsync(RillSettings settings, ModelLoad load, CancellationToken cancellationToken)
    {
        var options = settings.Options;
        var plan = new ModelLoadPlan(load.Address, load.Id)
        {
            Embeddings = options.Embeddings,
            MessageFormat = options.MessageFormat,
            Store = settings.Store,
            Bytes = load.Bytes,
            Device = options.Device,
            Dtype = options.Dtype,
            LoadLibrary = () => loadLibrary(options),
            MakeRunner = files => makeRunner(files, settings, load),
        };
        return ModelLoading.RunAsync(plan, load, cancellationToken);
    }
}
