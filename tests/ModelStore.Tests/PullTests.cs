using Rill.ModelStore.Sources;
using Rill.ModelStore.Tests.Harness;

namespace Rill.ModelStore.Tests;

/// <summary>Models on the local disk: pulled, cached, pushed, verified; broken off and resumed.</summary>
[Collection(AzuriteTests.Name)]
public sealed class PullTests(Azurite azurite) : IDisposable
{
    private readonly ModelFolder _model = new();
    private readonly DirectoryInfo _target = ModelFolder.Empty();
    private readonly string _address = $"blob://c{Guid.NewGuid():N}/tiny";

    private ModelStoreOptions Options => Quick.Options(azurite.Connect());

    public void Dispose()
    {
        _model.Dispose();
        _target.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task Pull_GivesTheFilesAndAManifest()
    {
        await Quick.PushAsync(_model.Path, _address, Options);

        await Quick.PullAsync(_address, _target.FullName, Options);

        _model.AssertSame(ModelFiles.InDirectory(_target.FullName));
        Assert.Equal(["config.json", "model.safetensors", "rill-manifest.json", "tokenizer.json"], Names());
        Assert.Empty(await VerifyAsync());
    }

    [SkippableFact]
    public async Task PushAndPull_OfEveryFileThatRillReads_GiveItBack()
    {
        _model.Complete();

        await Quick.PushAsync(_model.Path, _address, Options);
        await Quick.PullAsync(_address, _target.FullName, Options);

        _model.AssertSameFiles(ModelFiles.InDirectory(_target.FullName));
        Assert.Empty(await VerifyAsync());
    }

    [SkippableFact]
    public async Task Push_OfALinkThatLeavesTheDirectory_IsRefused()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        File.CreateSymbolicLink(_model.File_("chat_template.jinja"), "/etc/hostname");

        var error = await Assert.ThrowsAsync<ModelFileException>(() => Quick.PushAsync(_model.Path, _address, Options));

        Assert.Contains("chat_template.jinja is a link that leaves", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Pull_AfterABrokenOne_FetchesOnlyTheRest()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await using var proxy = new CuttingProxy(azurite.Port, allowance: (2 << 20) + 200_000, cuts: int.MaxValue);
        var options = Options with { BlobConnection = azurite.Connect(proxy.Port), Attempts = 1, Parallelism = 1 };
        await Quick.FailureAsync(StoreFailure.Unreachable, () => Quick.PullAsync(_address, _target.FullName, options));
        Assert.DoesNotContain("model.safetensors", Names());
        proxy.Heal();
        var progress = new TransferProgress();

        await Quick.PullAsync(_address, _target.FullName, options, progress);

        Assert.True(progress.ResumedBytes >= 1 << 20, $"{progress.ResumedBytes} bytes were kept.");
        _model.AssertSame(ModelFiles.InDirectory(_target.FullName));
        Assert.Equal(4, Names().Length);
    }

    [SkippableFact]
    public async Task Pull_WithADamagedRest_FailsOnceAndThenBeginsAnew()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        using (var source = new BetweenReads(Open(), before: 5, () => throw new StoreException(StoreFailure.Unreachable, "Gone.")))
        {
            var manifest = await source.ReadManifestAsync(CancellationToken.None);
            await Quick.FailureAsync(StoreFailure.Unreachable, () => ModelPull.FillAsync(
                source, manifest, _target.FullName, Options with { Attempts = 1, Parallelism = 1 }, new TransferProgress(), CancellationToken.None));
        }

        using (var partial = File.OpenWrite(Path.Combine(_target.FullName, "model.safetensors.partial")))
        {
            partial.WriteByte(0x55);
            partial.WriteByte(0x55);
        }

        await Quick.FailureAsync(StoreFailure.Corrupt, () => Quick.PullAsync(_address, _target.FullName, Options));
        Assert.DoesNotContain(Names(), name => name.Contains("partial", StringComparison.Ordinal));

        await Quick.PullAsync(_address, _target.FullName, Options);
        _model.AssertSame(ModelFiles.InDirectory(_target.FullName));
    }

    [SkippableFact]
    public async Task Pull_OfWhatIsThere_FetchesNothing()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await Quick.PullAsync(_address, _target.FullName, Options);
        var progress = new TransferProgress();

        await Quick.PullAsync(_address, _target.FullName, Options, progress);

        Assert.Equal(progress.TotalBytes, progress.ResumedBytes);
    }

    [SkippableFact]
    public async Task Pull_OntoAFullDisk_SaysSoAndLeavesNothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        await Quick.PushAsync(_model.Path, _address, Options);
        File.CreateSymbolicLink(Path.Combine(_target.FullName, "model.safetensors.partial"), "/dev/full");

        var error = await Quick.FailureAsync(StoreFailure.NoRoom, () => Quick.PullAsync(_address, _target.FullName, Options));

        Assert.Contains("is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Names());
    }

    [SkippableFact]
    public async Task Push_AfterABrokenOne_SendsOnlyTheRest()
    {
        await Quick.PushAsync(_model.Path, _address + "/warm-up", Options);    // the container
        await using var proxy = new CuttingProxy(azurite.Port, allowance: 3_000, cuts: int.MaxValue);
        var options = Options with { BlobConnection = azurite.Connect(proxy.Port), Attempts = 1, Parallelism = 1 };
        await Quick.FailureAsync(StoreFailure.Unreachable, () => Quick.PushAsync(_model.Path, _address, options));
        await Quick.FailureAsync(StoreFailure.Missing, () => Quick.FetchAsync(_address, Options));
        proxy.Heal();
        var progress = new TransferProgress();

        await Quick.PushAsync(_model.Path, _address, options, progress);

        Assert.True(progress.ResumedBytes > 0, "What was sent before the cut was sent again.");
        using var files = await Quick.FetchAsync(_address, Options);
        _model.AssertSame(files);
    }

    [SkippableFact]
    public async Task Cache_IsFilledOnceAndCheckedEachTime()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        var options = Options with { CacheDirectory = _target.FullName };
        var second = new TransferProgress();
        using (var files = await Quick.FetchAsync(_address, options))
        {
            _model.AssertSame(files);
        }

        (await Quick.FetchAsync(_address, options, second)).Dispose();
        Assert.Equal(second.TotalBytes, second.ResumedBytes);

        var weights = Directory.EnumerateFiles(_target.FullName, "model.safetensors", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(weights, new byte[ModelFolder.WeightBytes]);
        using var mended = await Quick.FetchAsync(_address, options);
        _model.AssertSame(mended);
        Assert.Single(_target.EnumerateFileSystemInfos());
    }

    [SkippableFact]
    public async Task Cache_AfterAFailure_HoldsNothing()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await using var proxy = new CuttingProxy(azurite.Port, allowance: 1 << 20, cuts: int.MaxValue);
        var options = Options with { BlobConnection = azurite.Connect(proxy.Port), Attempts = 2, CacheDirectory = _target.FullName };

        await Quick.FailureAsync(StoreFailure.Unreachable, () => Quick.FetchAsync(_address, options));

        Assert.Empty(_target.EnumerateFileSystemInfos());
    }

    [SkippableFact]
    public async Task Verify_NamesWhatDiffers()
    {
        await Quick.PushAsync(_model.Path, _address, Options);
        await Quick.PullAsync(_address, _target.FullName, Options);
        File.AppendAllText(Path.Combine(_target.FullName, "config.json"), " ");
        File.Delete(Path.Combine(_target.FullName, "tokenizer.json"));

        Assert.Equal(["config.json", "tokenizer.json"], (await VerifyAsync()).Order());
        Assert.Empty(await ModelVerify.DirectoryAsync(_model.Path, ModelAddress.Parse(_address), Options, new TransferProgress(), CancellationToken.None));
    }

    private ModelSource Open() => ModelSource.Open(ModelAddress.Parse(_address), Options);

    private Task<IReadOnlyList<string>> VerifyAsync() =>
        ModelVerify.DirectoryAsync(_target.FullName, null, Options, new TransferProgress(), CancellationToken.None);

    private string[] Names() => [.. _target.EnumerateFileSystemInfos().Select(entry => entry.Name).Order(StringComparer.Ordinal)];
}
