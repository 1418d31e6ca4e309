using System.Diagnostics;
using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;
using Rill.ModelStore;

namespace Rill.Bench.Parts;

/// <summary>How long weights take from a store, against plainly reading the same bytes from it.</summary>
internal static class StorePart
{
    private const string Container = "bench";
    private const string Weights = "model.safetensors";

    /// <summary>Measures and returns a table with its legend.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        using var azurite = await AzuriteProcess.StartAsync();
        if (azurite is null)
        {
            return "Weights from a store: not run, since Azurite is not installed; `./test ModelStore.Tests` installs it.\n";
        }

        var folder = Directory.CreateTempSubdirectory("rill-bench-");
        try
        {
            WriteModel(folder.FullName, options.StoreBytes);
            return await MeasureAsync(folder.FullName, new ModelStoreOptions { BlobConnection = azurite.Connection }, options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> MeasureAsync(string folder, ModelStoreOptions store, BenchOptions options)
    {
        Console.Error.WriteLine("start: pushing the model to Azurite");
        var address = new BlobAddress(null, Container, "model");
        await ModelPush.RunAsync(folder, address, store, new TransferProgress(), CancellationToken.None);
        var blob = new BlobServiceClient(store.BlobConnection).GetBlobContainerClient(Container).GetBlobClient(address.BlobName(Weights))
            .GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1));
        var (plain, landed, load, memory) = (new List<double>(), new List<double>(), new List<double>(), 0L);
        for (var round = 0; round <= options.StoreRounds; round++)
        {
            Console.Error.WriteLine($"start: weights, round {round} of {options.StoreRounds}");
            var before = Resident();
            var loading = await TimeAsync(async () =>
            {
                using var files = await ModelFetch.RunAsync(address, store, new TransferProgress(), _ => Task.CompletedTask, CancellationToken.None);
                memory = Math.Max(memory, Resident() - before - options.StoreBytes);
            });
            var reading = await TimeAsync(() => PlainReader.ReadAsync(blob, options.StoreBytes, store.ChunkBytes, store.Parallelism));
            var landing = await TimeAsync(() => PlainReader.ReadAsync(
                blob, options.StoreBytes, store.ChunkBytes, store.Parallelism, GC.AllocateUninitializedArray<byte>((int)options.StoreBytes)));
            GC.Collect();    // that memory is not kept for the next round
            if (round > 0)    // the first one warms both up
            {
                load.Add(loading);
                plain.Add(reading);
                landed.Add(landing);
            }
        }

        return Describe(plain, landed, load, memory, options.StoreBytes, store);
    }

    private static string Describe(List<double> plain, List<double> landed, List<double> load, long memory, long bytes, ModelStoreOptions store)
    {
        var table = new Table("weights from Azurite", "median, s", "least, s", "greatest, s");
        Add(table, "read plainly, forgotten", plain);
        Add(table, "read plainly into memory", landed);
        Add(table, "loaded: in memory, hashes checked", load);
        Add(table, "loaded / forgotten, a round", [.. load.Zip(plain, (ours, bare) => ours / bare)]);
        Add(table, "loaded / into memory, a round", [.. load.Zip(landed, (ours, bare) => ours / bare)]);
        return table + string.Create(CultureInfo.InvariantCulture,
            $"\n{bytes >> 20} MiB, {store.Parallelism} ranges of {store.ChunkMiB} MiB at once, in turn in one process; the plain readers check nothing. Beside the weights the load took at most {Math.Max(0, memory) >> 20} MiB of memory. Azurite shares the cores with the readers, so that a hash takes time from the store too.\n");
    }

    private static void Add(Table table, string name, List<double> values)
    {
        var summary = new Summary(values);
        table.Add(name, Table.Number(summary.Median), Table.Number(summary.Min), Table.Number(summary.Max));
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var began = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>Random bytes: the store does not read what is in the weights.</summary>
    private static void WriteModel(string folder, long bytes)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        using var file = File.Create(Path.Combine(folder, Weights));
        var block = new byte[8 << 20];
        for (long written = 0; written < bytes; written += block.Length)
        {
            Random.Shared.NextBytes(block);
            file.Write(block.AsSpan(0, (int)Math.Min(block.Length, bytes - written)));
        }
    }
}
