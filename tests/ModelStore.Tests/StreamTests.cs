using Rill.Models;
using Rill.ModelStore.Tests.Harness;

namespace Rill.ModelStore.Tests;

/// <summary>Models whose weights are read while they arrive.</summary>
public sealed class StreamTests : IDisposable
{
    private const int Chunk = 1 << 16;
    private const int Window = 1 << 20;    // sixteen chunks, of some fifty
    private const string Weights = "model.safetensors";

    private readonly ModelFolder _model = new();

    private static ModelStoreOptions Options => Quick.Options() with { WindowMiB = 1 };

    public void Dispose() => _model.Dispose();

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_FromFrontToBack_GivesTheBytesThroughTheWindow(bool chunkHashes)
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes);
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);
        var expected = _model.Weights;
        var most = 0L;
        for (var offset = 0; offset < expected.Length; offset += 100_000)
        {
            var length = Math.Min(100_000, expected.Length - offset);
            memory.Pass(offset);
            memory.Await(offset, length);
            Assert.True(Bytes(memory, offset, length).SequenceEqual(expected.AsSpan(offset, length)));
            most = Math.Max(most, Resident(memory));
        }

        memory.Complete();

        Assert.InRange(most, 1, Window + (3 * Chunk));    // and what is waited for
        Assert.InRange(Resident(memory), 0, Environment.SystemPageSize);    // the file's end
        Assert.Equal((expected.Length + Chunk - 1) / Chunk, source.Reads);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_FromBackToFront_WaitsForNothingForEver(bool chunkHashes)
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes);
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);
        var expected = _model.Weights;
        for (var offset = expected.Length / Chunk * Chunk; offset >= 0; offset -= 4 * Chunk)
        {
            var length = Math.Min(Chunk, expected.Length - offset);
            memory.Pass(offset);
            await Task.Run(() => memory.Await(offset, length)).WaitAsync(TimeSpan.FromSeconds(120));
            Assert.True(Bytes(memory, offset, length).SequenceEqual(expected.AsSpan(offset, length)));
        }

        memory.Complete();
    }

    [SkippableFact]
    public async Task Pass_OfWhatNobodyRead_SparesItsTransfer()
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: true);
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);
        var last = _model.Weights.Length - 10;

        memory.Pass(last);
        memory.Await(last, 10);
        memory.Complete();

        Assert.InRange(source.Reads, 1, (Window / Chunk) + 1);
    }

    /// <summary>One hash for the whole has to see the whole.</summary>
    [SkippableFact]
    public async Task Complete_OfAFileWithOneHash_ReadsTheRest()
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: false);
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);
        memory.Await(0, 10);

        memory.Complete();

        Assert.Equal((_model.Weights.Length + Chunk - 1) / Chunk, source.Reads);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_OfADamagedChunk_FailsBeforeTheModelIsServed(bool chunkHashes)
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes)
        {
            Given = static (_, offset, bytes) => bytes.Span[0] ^= (byte)(offset == 7 * Chunk ? 1 : 0),
        };
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);

        var error = await Quick.FailureAsync(StoreFailure.Corrupt, () => Task.Run(() =>
        {
            memory.Await(0, memory.Length);
            memory.Complete();
        }));

        Assert.Contains(Weights, error.Message, StringComparison.Ordinal);
    }

    /// <summary>What the file's hash has seen must not be another thing when it is fetched again.</summary>
    [SkippableFact]
    public async Task Read_OfAPassedChunkThatChanged_Fails()
    {
        var isChanged = false;
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: false)
        {
            Given = (_, offset, bytes) => bytes.Span[0] ^= (byte)(offset == 0 && isChanged ? 1 : 0),
        };
        using var files = await StreamAsync(source);
        using var memory = files.Open(Weights);
        memory.Await(0, memory.Length);
        memory.Pass(memory.Length - 1);
        memory.Await(0, 10);    // once more
        Assert.True(Bytes(memory, 0, 10).SequenceEqual(_model.Weights.AsSpan(0, 10)));
        memory.Pass(memory.Length - 1);
        isChanged = true;

        await Quick.FailureAsync(StoreFailure.Corrupt, () => Task.Run(() => memory.Await(0, 10)));
    }

    [SkippableFact]
    public async Task Read_WhenTheLoadIsCancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: true)
        {
            Given = (_, offset, _) =>
            {
                if (offset > Window)
                {
                    stop.Cancel();
                }
            },
        };
        using var files = await StreamAsync(source, stop.Token);
        using var memory = files.Open(Weights);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() =>
        {
            memory.Await(0, memory.Length);
            memory.Pass(memory.Length - 1);
            memory.Await(0, memory.Length);
        }));
    }

    /// <summary>Otherwise reads would write into memory that is no longer there, which ends the process.</summary>
    [SkippableFact]
    public async Task Dispose_WhileChunksAreRead_WaitsForThem()
    {
        using var inner = new FolderSource(_model.Path, Chunk, chunkHashes: true);
        using var source = new SlowWeights(inner);
        var files = await StreamAsync(source);

        files.Dispose();

        Assert.Equal(source.Begun, source.Ended);
        Assert.True(inner.IsDisposed);
    }

    /// <summary>A model whose first run gave no number is explained after its memory has gone.</summary>
    [SkippableFact]
    public async Task DescribeFault_OfFilesThatAreGone_IsASentence()
    {
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: true);
        using var files = await StreamAsync(source);
        files.Open(Weights).Dispose();

        Assert.Equal(
            "tiny: the model's logits are not numbers; choose another Rill__Dtype, or publish or fetch the weights anew.", WeightCheck.DescribeFault(files));
    }

    [SkippableFact]
    public async Task Stream_WhoseSmallFilesAreRefused_EndsWithThatRefusal()
    {
        using var inner = new FolderSource(_model.Path, Chunk, chunkHashes: true);
        using var source = new SlowWeights(inner);

        await Assert.ThrowsAsync<NotSupportedException>(() => ModelFetch.StreamAsync(
            source, Options, new TransferProgress(), _ => throw new NotSupportedException("tokenizer"), CancellationToken.None));

        Assert.Equal(source.Begun, source.Ended);
    }

    [Fact]
    public async Task Stream_OfWeightsThatAreReadHereAndThere_LeavesThemToAWholeFetch()
    {
        File.WriteAllText(_model.File_("config.json"), """{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":128}}""");
        using var source = new FolderSource(_model.Path, Chunk, chunkHashes: true);

        Assert.Null(await ModelFetch.StreamAsync(source, Options, new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None));
        Assert.Null(await ModelFetch.StreamAsync(
            source, Options with { CacheDirectory = _model.Path }, new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None));
    }

    [Fact]
    public async Task Stream_OfSuchWeightsFromAHub_GivesTheWholeModel()
    {
        File.WriteAllText(_model.File_("config.json"), """{"quantization_config":{"quant_method":"gptq","bits":4,"group_size":128}}""");
        await using var hub = await HubServer.Over(_model.Path).RunAsync();

        using var files = await ModelFetch.StreamAsync(
            ModelAddress.Parse(HubServer.Address), Options with { HubEndpoint = hub.Endpoint }, new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None);

        _model.AssertSame(files);
    }

    private static async Task<ModelFiles> StreamAsync(Sources.ModelSource source, CancellationToken cancellationToken = default)
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        return (await ModelFetch.StreamAsync(source, Options, new TransferProgress(), _ => Task.CompletedTask, cancellationToken))!;
    }

    private static unsafe ReadOnlySpan<byte> Bytes(FileMemory memory, long offset, int length) => new(memory.Start + offset, length);

    private static unsafe long Resident(FileMemory memory) => ResidentPages.Bytes(memory.Start, memory.Length);
}
