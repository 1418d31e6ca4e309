namespace Rill.ModelStore.Tests.Harness;

/// <summary>Settings for tests: small chunks, short pauses.</summary>
internal static class Quick
{
    public static ModelStoreOptions Options(string? blobConnection = null) => new()
    {
        BlobConnection = blobConnection,
        ChunkMiB = 1,
        Parallelism = 4,
        RetryMilliseconds = 5,
        StallSeconds = 60,
        HubToken = null,
    };

    public static Task<ModelFiles> FetchAsync(string address, ModelStoreOptions options, TransferProgress? progress = null) =>
        ModelFetch.RunAsync(ModelAddress.Parse(address), options, progress ?? new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None);

    public static Task PushAsync(string folder, string address, ModelStoreOptions options, TransferProgress? progress = null) =>
        ModelPush.RunAsync(folder, (BlobAddress)ModelAddress.Parse(address), options, progress ?? new TransferProgress(), CancellationToken.None);

    public static Task PullAsync(string address, string folder, ModelStoreOptions options, TransferProgress? progress = null) =>
        ModelPull.RunAsync(ModelAddress.Parse(address), folder, options, progress ?? new TransferProgress(), CancellationToken.None);

    public static async Task<StoreException> FailureAsync(StoreFailure expected, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<StoreException>(action);
        Assert.Equal(expected, error.Failure);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }
}
