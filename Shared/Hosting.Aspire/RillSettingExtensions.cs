using Aspire.Hosting.ApplicationModel;
using Rill.Hosting;

namespace Aspire.Hosting;

/// <summary>What Rill is to serve, and how.</summary>
public static class RillSettingExtensions
{
    /// <summary>Serves this model in place of the small one that comes with Rill.</summary>
    /// <param name="rill">The server.</param>
    /// <param name="model">
    /// A Hugging Face model directory or a GGUF file, relative to the app host's project (a container sees it through a mount), or an address:
    /// <c>hf://ORG/NAME</c>, <c>https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH</c>.
    /// </param>
    /// <param name="id">The id that requests name; null for the last part of <paramref name="model"/>.</param>
    /// <exception cref="ArgumentException">The path does not exist.</exception>
    public static IResourceBuilder<T> WithModel<T>(this IResourceBuilder<T> rill, string model, string? id = null)
        where T : IRillResource
    {
        ArgumentNullException.ThrowIfNull(rill);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);

        rill.Resource.Connection.ModelId = id ?? ModelPlace.Name(model);
        return rill.WithEnvironment("Rill__Model", Reach(rill, model));
    }

    /// <summary>Serves a LoRA adapter beside the model, as a model of its own.</summary>
    /// <param name="rill">The server.</param>
    /// <param name="name">The id that requests name.</param>
    /// <param name="adapter">A directory in PEFT's form, relative to the app host's project, or an address.</param>
    /// <exception cref="ArgumentException">The path does not exist.</exception>
    public static IResourceBuilder<T> WithAdapter<T>(this IResourceBuilder<T> rill, string name, string adapter)
        where T : IRillResource
    {
        ArgumentNullException.ThrowIfNull(rill);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(adapter);

        return rill.WithEnvironment($"Rill__Adapters__{name}", Reach(rill, adapter));
    }

    /// <summary>Asks clients for this key, in place of one that is made.</summary>
    /// <param name="rill">The server.</param>
    /// <param name="key">A secret parameter.</param>
    /// <exception cref="ArgumentException">The parameter is not marked as a secret.</exception>
    public static IResourceBuilder<T> WithApiKey<T>(this IResourceBuilder<T> rill, IResourceBuilder<ParameterResource> key)
        where T : IRillResource
    {
        ArgumentNullException.ThrowIfNull(rill);
        ArgumentNullException.ThrowIfNull(key);
        if (!key.Resource.Secret)
        {
            throw new ArgumentException(
                $"The parameter {key.Resource.Name} is the key of {rill.Resource.Name}: add it with secret: true.", nameof(key));
        }

        var connection = rill.Resource.Connection;
        rill.ApplicationBuilder.Resources.Remove(connection.MadeKey);
        connection.ApiKey = key.Resource;
        return rill;
    }

    /// <summary>The precision of the weights: <c>auto</c>, <c>bf16</c>, <c>f16</c>, <c>f32</c>, <c>q8</c>, <c>q4</c>.</summary>
    public static IResourceBuilder<T> WithDtype<T>(this IResourceBuilder<T> rill, string dtype)
        where T : IRillResource => rill.WithSetting("Dtype", dtype);

    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>.</summary>
    public static IResourceBuilder<T> WithDevice<T>(this IResourceBuilder<T> rill, string device)
        where T : IRillResource => rill.WithSetting("Device", device);

    /// <summary>Any other setting. One that Rill does not know stops its start with a sentence that names the nearest.</summary>
    /// <param name="rill">The server.</param>
    /// <param name="name">As in docs/settings.md, without <c>Rill__</c>: <c>Engine__MaxSequences</c>.</param>
    /// <param name="value">Its value.</param>
    public static IResourceBuilder<T> WithSetting<T>(this IResourceBuilder<T> rill, string name, string value)
        where T : IRillResource
    {
        ArgumentNullException.ThrowIfNull(rill);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        return rill.WithEnvironment($"Rill__{name}", value);
    }

    private static string Reach<T>(IResourceBuilder<T> rill, string place)
        where T : IRillResource => ModelPlace.Reach(rill.Resource, place, rill.ApplicationBuilder.AppHostDirectory);
}
