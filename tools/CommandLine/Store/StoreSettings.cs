using System.CommandLine;
using Rill.ModelStore;

namespace Rill.CommandLine.Store;

/// <summary>The store's settings: secrets and places from the environment, under the endpoint's names; the rest from options.</summary>
internal static class StoreSettings
{
    private const string Prefix = "Rill__Store__";

    /// <summary>A new option for the number of parallel requests.</summary>
    public static Option<int> NewParallelism()
    {
        var option = new Option<int>("--parallelism") { Description = "Requests at once, 1 to 64.", DefaultValueFactory = _ => new ModelStoreOptions().Parallelism, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, out var value) || value is < 1 or > 64))
            {
                result.AddError("--parallelism must lie in 1 to 64.");
            }
        });
        return option;
    }

    /// <summary>Reads the environment.</summary>
    /// <exception cref="FailureException">The hub's endpoint is no address.</exception>
    public static ModelStoreOptions Read(int? parallelism = null)
    {
        var defaults = new ModelStoreOptions();
        var endpoint = Environment.GetEnvironmentVariable(Prefix + "HubEndpoint");
        return defaults with
        {
            Parallelism = parallelism ?? defaults.Parallelism,
            BlobConnection = Environment.GetEnvironmentVariable(Prefix + "BlobConnection"),
            HubToken = Environment.GetEnvironmentVariable(Prefix + "HubToken") ?? defaults.HubToken,
            HubEndpoint = endpoint is null ? defaults.HubEndpoint
                : Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri
                : throw new FailureException($"{Prefix}HubEndpoint is no address: {endpoint}."),
        };
    }
}
