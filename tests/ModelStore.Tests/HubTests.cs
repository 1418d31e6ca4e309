using Rill.ModelStore.Tests.Harness;

namespace Rill.ModelStore.Tests;

/// <summary>Loading from a hub: its listing, its redirections, its refusals.</summary>
public sealed class HubTests : IDisposable
{
    private const string Token = "hf_secret";
    private readonly ModelFolder _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Fetch_FollowsRedirections_AndGivesTheBytes()
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub));

        _model.AssertSame(files);
        Assert.Equal("tiny", files.Name);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), files.Published);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("cache")]
    [InlineData("pull")]
    public async Task Fetch_OfEveryFileThatRillReads_GivesWhatTheDirectoryGives(string way)
    {
        _model.Complete();
        await using var hub = await HubServer.Over(_model.Path).RunAsync();
        var target = ModelFolder.Empty();
        if (way == "pull")
        {
            await Quick.PullAsync(HubServer.Address, target.FullName, Options(hub));
        }

        using var files = way == "pull"
            ? ModelFiles.InDirectory(target.FullName)
            : await Quick.FetchAsync(HubServer.Address, Options(hub) with { CacheDirectory = way == "cache" ? target.FullName : null });

        _model.AssertSameFiles(files);
        target.Delete(recursive: true);
    }

    /// <summary>Beside its two files an adapter's repository often has its base's tokenizer and settings.</summary>
    [Fact]
    public async Task Fetch_OfAnAdapter_GivesItsTwoFiles()
    {
        File.Move(_model.File_("model.safetensors"), _model.File_(ModelFileNames.AdapterWeights));
        File.WriteAllText(_model.File_(ModelFileNames.AdapterConfig), "{}");
        await using var hub = await HubServer.Over(_model.Path).RunAsync();

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub));

        Assert.Equal("{}", files.ReadText(ModelFileNames.AdapterConfig));
        using var weights = files.Open(ModelFileNames.AdapterWeights);
        Assert.Equal(new FileInfo(_model.File_(ModelFileNames.AdapterWeights)).Length, weights.Length);
        Assert.False(files.Has(ModelFileNames.Config));
    }

    [Fact]
    public async Task Fetch_OfAFileBeyondItsBound_IsRefusedBeforeItIsFetched()
    {
        using (var config = File.OpenWrite(_model.File_("config.json")))
        {
            config.SetLength(ModelFileNames.MostBytes("config.json") + 1);
        }

        await using var hub = await HubServer.Over(_model.Path).RunAsync();

        var error = await Quick.FailureAsync(StoreFailure.Invalid, () => Quick.FetchAsync(HubServer.Address, Options(hub)));

        Assert.Contains("config.json has 16777217 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_GoesToTheHubAlone()
    {
        await using var hub = await HubServer.Over(_model.Path, token: Token).RunAsync();

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub) with { HubToken = Token });

        _model.AssertSame(files);
        Assert.Empty(hub.Leaked);
    }

    [Fact]
    public async Task Fetch_WithoutTheToken_SaysWhatMayBeWrong()
    {
        await using var hub = await HubServer.Over(_model.Path, token: Token).RunAsync();

        var error = await Quick.FailureAsync(StoreFailure.Forbidden, () => Quick.FetchAsync(HubServer.Address, Options(hub) with { HubToken = "hf_wrong" }));

        Assert.Contains("Rill__Store__HubToken", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_wrong", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, StoreFailure.Forbidden, "is gated")]
    [InlineData(404, StoreFailure.Missing, "does not exist")]
    [InlineData(500, StoreFailure.Unreachable, "answered 500")]
    public async Task Fetch_WhenTheHubRefuses_SaysWhy(int status, StoreFailure expected, string words)
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();
        hub.Status = status;

        var error = await Quick.FailureAsync(expected, () => Quick.FetchAsync(HubServer.Address, Options(hub) with { Attempts = 2 }));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_OfARepositoryThatIsNotThere_NamesIt()
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();

        var error = await Quick.FailureAsync(StoreFailure.Missing, () => Quick.FetchAsync("hf://org/other@v2", Options(hub)));

        Assert.Contains("hf://org/other@v2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_WithDroppedConnections_ReadsTheRangesAgain()
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();
        hub.Drops = 3;
        var progress = new TransferProgress();

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub) with { Parallelism = 1 }, progress);

        _model.AssertSame(files);
        Assert.Equal(3, progress.Retries);
    }

    [Fact]
    public async Task Fetch_OfAStalledRange_IsTriedAgain()
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();
        hub.Stalls = 1;

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub) with { StallSeconds = 2, Parallelism = 1 });

        _model.AssertSame(files);
    }

    [Fact]
    public async Task Fetch_WhenASignedAddressExpires_AsksTheHubAgain()
    {
        await using var hub = await HubServer.Over(_model.Path, signatureLasts: 1).RunAsync();

        using var files = await Quick.FetchAsync(HubServer.Address, Options(hub) with { Parallelism = 1 });

        _model.AssertSame(files);
    }

    [Fact]
    public async Task Fetch_OfWeightsWithAnotherHash_IsRefused()
    {
        await using var hub = await HubServer.Over(_model.Path, lies: true).RunAsync();

        var error = await Quick.FailureAsync(StoreFailure.Corrupt, () => Quick.FetchAsync(HubServer.Address, Options(hub)));

        Assert.Contains("model.safetensors does not have the hash", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_FromAServerWithoutRanges_SaysSo()
    {
        await using var hub = await HubServer.Over(_model.Path, ignoresRanges: true).RunAsync();

        var error = await Quick.FailureAsync(StoreFailure.Changed, () => Quick.FetchAsync(HubServer.Address, Options(hub) with { Restarts = 0 }));

        Assert.Contains("ranges", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_AfterABrokenOne_FetchesOnlyTheRest()
    {
        await using var hub = await HubServer.Over(_model.Path).RunAsync();
        var target = ModelFolder.Empty();
        var once = Options(hub) with { Attempts = 1, Parallelism = 1 };
        hub.DropsAfter = 4;    // two small files, two chunks of weights
        await Quick.FailureAsync(StoreFailure.Unreachable, () => Quick.PullAsync(HubServer.Address, target.FullName, once));
        hub.DropsAfter = int.MaxValue;
        var second = new TransferProgress();

        await Quick.PullAsync(HubServer.Address, target.FullName, once, second);

        Assert.True(second.ResumedBytes >= 2 << 20, $"{second.ResumedBytes} bytes were kept.");
        _model.AssertSame(ModelFiles.InDirectory(target.FullName));
        target.Delete(recursive: true);
    }

    private static ModelStoreOptions Options(HubServer hub) => Quick.Options() with { HubEndpoint = hub.Endpoint };
}
