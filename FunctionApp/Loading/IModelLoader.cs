using Rill.ModelStore;
using Rill.ModelStore.Loading;

namespace Rill.FunctionApp.Loading;

/// <summary>Where an app's model comes from.</summary>
internal interface IModelLoader
{
    /// <summary>The address of the model that the settings name. Nothing of it is read yet.</summary>
    /// <exception cref="ModelFileException">There is no such directory.</exception>
    /// <exception cref="StoreException">The address is not understood.</exception>
    ModelAddress Find(RillOptions options);

    /// <summary>Loads the model and tells the load how far it is.</summary>
    Task<LoadedModel> LoadAsync(RillSettings settings, ModelLoad load, CancellationToken cancellationToken);
}
