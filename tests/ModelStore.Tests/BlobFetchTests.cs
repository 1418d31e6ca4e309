using System.Text;
using Azure.Storage.Blobs.Models;
using Rill.ModelStore.Sources;
using Rill.ModelStore.Tests.Harness;

namespace Rill.ModelStore.Tests;

/// <summary>Loading from blob storage into memory, with everything that can go wrong on the way.</summary>
[Collection(AzuriteTests.Name)]
public sealed class BlobFetchTests(Azurite azurite) : IDisposable
{
    private readonly ModelFolder _model = new();
    private readonly string _address = $"blob://c{Guid.NewGuid():N}/models/tiny";

    private ModelStoreOptions Options => Quick.Options(azurite.Connect());

    private string Container => _address.Split('/')[2];

    public void Dispose() => _model.Dispose();

    [SkippableFact]
    public async Task Fetch_OfAPushedModel_GivesItsBytes()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        var progress = new TransferProgress();

        using var files = await Quick.FetchAsync(_address, Options, progress);

        _model.AssertSame(files);
        Assert.Equal("tiny", files.Name);
        Assert.Equal(100, progress.Percent);
        Assert.NotEqual(0, progress.FirstByteAt);
        Assert.True(DateTimeOffset.UtcNow - files.Published < TimeSpan.FromMinutes(5));
    }

    [SkippableFact]
    public async Task Fetch_WithConnectionsCut_ReadsTheRangesAgain()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await using var proxy = new CuttingProxy(azurite.Port, allowance: 1 << 20, cuts: 3);
        var progress = new TransferProgress();

        using var files = await Quick.FetchAsync(_address, Options with { BlobConnection = azurite.Connect(proxy.Port) }, progress);

        _model.AssertSame(files);
        Assert.Equal(3, proxy.Cut);
    }

    [SkippableFact]
    public async Task Fetch_WithEveryConnectionCut_SaysThatTheStoreIsUnreachable()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await using var proxy = new CuttingProxy(azurite.Port, allowance: 1 << 20, cuts: int.MaxValue);
        var options = Options with { BlobConnection = azurite.Connect(proxy.Port), Attempts = 3 };

        var error = await Quick.FailureAsync(StoreFailure.Unreachable, () => Quick.FetchAsync(_address, options));

        Assert.Contains(_address, error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_WhenTheModelIsReplacedMeanwhile_BeginsAgainWithTheNewOne()
    {
        using var newer = new ModelFolder(seed: 2);
        await Quick.PushAsync(_model.Path, _address, Options);
        using var source = new BetweenReads(
            ModelSource.Open(ModelAddress.Parse(_address), Options), before: 5, () => Quick.PushAsync(newer.Path, _address, Options));
        var inspected = new List<string>();

        using var files = await ModelFetch.RunAsync(source, Options with { Parallelism = 1 }, new TransferProgress(), small =>
        {
            inspected.Add(small.ReadText("config.json"));
            return Task.CompletedTask;
        }, CancellationToken.None);

        newer.AssertSame(files);
        Assert.Equal(["""{"seed":1}""", """{"seed":2}"""], inspected);
    }

    [SkippableFact]
    public async Task Fetch_WhenTheModelIsReplacedEachTime_GivesUp()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        var container = azurite.Container(Container);
        using var source = new BetweenReads(ModelSource.Open(ModelAddress.Parse(_address), Options), before: 3, async () =>
            await container.GetBlobClient("models/tiny/model.safetensors").UploadAsync(new BinaryData(_model.Weights), overwrite: true));

        var error = await Quick.FailureAsync(StoreFailure.Changed, () => ModelFetch.RunAsync(
            source, Options with { Restarts = 0, Parallelism = 1 }, new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None));

        Assert.Contains("model.safetensors was replaced while it was read", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_OfDamagedWeights_NamesTheFile()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        var damaged = _model.Weights;
        damaged[2_000_000] ^= 1;
        await azurite.Container(Container).GetBlobClient("models/tiny/model.safetensors").UploadAsync(new BinaryData(damaged), overwrite: true);
        var progress = new TransferProgress();

        var error = await Quick.FailureAsync(StoreFailure.Corrupt, () => Quick.FetchAsync(_address, Options, progress));

        Assert.Contains("model.safetensors does not have the hash", error.Message, StringComparison.Ordinal);
        Assert.True(progress.Retries >= 3, "A damaged chunk is worth another try.");
    }

    [SkippableFact]
    public async Task Fetch_OfATruncatedFile_SaysThatAnUploadIsUnderWay()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await azurite.Container(Container).GetBlobClient("models/tiny/model.safetensors").UploadAsync(new BinaryData("short"u8.ToArray()), overwrite: true);

        var error = await Quick.FailureAsync(StoreFailure.Changed, () => Quick.FetchAsync(_address, Options));

        Assert.Contains("has 5 bytes", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_WithAFileMissing_NamesIt()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await azurite.Container(Container).DeleteBlobAsync("models/tiny/tokenizer.json");

        var error = await Quick.FailureAsync(StoreFailure.Missing, () => Quick.FetchAsync(_address, Options));

        Assert.Contains("tokenizer.json does not exist", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_WithoutAManifest_SaysHowToMakeOne()
    {
        await azurite.Container(Container).CreateAsync();
        await azurite.Container(Container).UploadBlobAsync("models/tiny/config.json", new BinaryData("{}"));

        var error = await Quick.FailureAsync(StoreFailure.Missing, () => Quick.FetchAsync(_address, Options));

        Assert.Contains("rill models push", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_WithoutTheContainer_NamesIt()
    {
        var error = await Quick.FailureAsync(StoreFailure.Missing, () => Quick.FetchAsync(_address, Options));

        Assert.Contains($"The container {Container}", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Fetch_WithTheWrongKey_IsForbiddenAtOnceAndKeepsTheKeySecret()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        var key = Convert.ToBase64String(Encoding.ASCII.GetBytes("this is not the key of the account"));
        var progress = new TransferProgress();

        var error = await Quick.FailureAsync(
            StoreFailure.Forbidden, () => Quick.FetchAsync(_address, Options with { BlobConnection = azurite.Connect(key: key) }, progress));

        Assert.Contains("Storage Blob Data Reader", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, progress.Retries);
    }

    [SkippableFact]
    public async Task Fetch_WhoseSmallFilesAreRefused_EndsWithThatRefusal()
    {
        await Quick.PushAsync(_model.Path, _address, Options);

        await Assert.ThrowsAsync<NotSupportedException>(() => ModelFetch.RunAsync(
            ModelAddress.Parse(_address), Options, new TransferProgress(), _ => throw new NotSupportedException("tokenizer"), CancellationToken.None));
    }

    /// <summary>Otherwise they would write into memory that is no longer there, which ends the process.</summary>
    [SkippableFact]
    public async Task Fetch_WhoseSmallFilesAreRefused_EndsAfterAllReads()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        using var source = new SlowWeights(ModelSource.Open(ModelAddress.Parse(_address), Options));

        await Assert.ThrowsAsync<NotSupportedException>(() => ModelFetch.RunAsync(
            source, Options, new TransferProgress(), _ => throw new NotSupportedException("tokenizer"), CancellationToken.None));

        Assert.Equal(source.Begun, source.Ended);
    }

    [SkippableFact]
    public async Task Fetch_WhenCancelled_Ends()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        using var stop = new CancellationTokenSource();
        using var source = new BetweenReads(ModelSource.Open(ModelAddress.Parse(_address), Options), before: 3, stop.CancelAsync);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ModelFetch.RunAsync(source, Options, new TransferProgress(), _ => Task.CompletedTask, stop.Token));
    }

    [SkippableFact]
    public async Task Manifest_IsWrittenAfterTheFiles()
    {
        await Quick.PushAsync(_model.Path, _address, Options);

        var blobs = new List<BlobItem>();
        await foreach (var blob in azurite.Container(Container).GetBlobsAsync())
        {
            blobs.Add(blob);
        }

        Assert.Equal(4, blobs.Count);
        var manifest = blobs.Single(blob => blob.Name.EndsWith("rill-manifest.json", StringComparison.Ordinal));
        Assert.All(blobs, blob => Assert.True(blob.Properties.LastModified <= manifest.Properties.LastModified));
    }
}
