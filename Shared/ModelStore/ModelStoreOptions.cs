using System.ComponentModel.DataAnnotations;

namespace Rill.ModelStore;

/// <summary>How models are fetched.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>Ranges that are read at once.</summary>
    [Range(1, 64)]
    public int Parallelism { get; init; } = 12;

    /// <summary>Size of a range in MiB, where the manifest does not give the size of its chunks.</summary>
    [Range(1, 64)]
    public int ChunkMiB { get; init; } = 8;

    /// <summary>Times that a range or a small request is tried before the store counts as unreachable.</summary>
    [Range(1, 20)]
    public int Attempts { get; init; } = 6;

    /// <summary>Milliseconds before the second try; they double with each further one, up to 10 s.</summary>
    [Range(0, 10_000)]
    public int RetryMilliseconds { get; init; } = 200;

    /// <summary>Times that a load begins again because the model was replaced or damaged on the way.</summary>
    [Range(0, 10)]
    public int Restarts { get; init; } = 3;

    /// <summary>Seconds without a byte after which a connection is given up.</summary>
    [Range(0.1, 600)]
    public double StallSeconds { get; init; } = 20;

    /// <summary>Connection string of the account that <c>blob://</c> addresses mean; <c>UseDevelopmentStorage=true</c> for Azurite.</summary>
    public string? BlobConnection { get; init; }

    /// <summary>The hub that <c>hf://</c> addresses mean.</summary>
    public Uri HubEndpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Token for the hub's gated and private models; by default <c>HF_TOKEN</c> of the environment.</summary>
    public string? HubToken { get; init; } = Environment.GetEnvironmentVariable("HF_TOKEN");

    /// <summary>Keeps remote models in this directory and checks their hashes at each load; null keeps them in memory only.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>MiB of weights that may be in memory at once while a model goes to a GPU piece by piece.</summary>
    [Range(64, 65_536)]
    public int WindowMiB { get; init; } = 512;

    /// <summary>The size of a range in bytes.</summary>
    public int ChunkBytes => ChunkMiB << 20;
}
