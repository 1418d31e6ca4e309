using Rill.Core.Tests.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Cpu.Quantization;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Cpu.Quantization;

public sealed unsafe class QuantizedFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ThreadTeam _team = new(2);
    private readonly List<string> _reports = [];

    // 3 x 7 matrices of 512 x 512 or so: beyond one chunk of the hash
    private readonly TinyModel _model = new(changes: """{"hidden_size":512,"intermediate_size":1000}""");

    public void Dispose()
    {
        _team.Dispose();
        _model.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Table_OfAModel_PlacesEveryMatrixAlignedAndApart()
    {
        var table = new QuantizedTable(_model.Spec, QuantizedFormat.Q4);

        Assert.Equal(_model.Weights.Count(weight => weight.Value.Shape.Length == 2), table.Entries.Count);
        Assert.All(table.Entries, entry => Assert.Equal(0, entry.Offset % 64));
        Assert.All(table.Entries.Zip(table.Entries.Skip(1)), pair => Assert.InRange(pair.Second.Offset - pair.First.Offset - pair.First.ByteCount, 0, 63));
        Assert.All(table.Entries, entry => Assert.Equal(entry.Name == _model.Spec.Names.Embedding || entry.Name == _model.Spec.Names.Head, entry.Format == QuantizedFormat.Q8));
    }

    [Fact]
    public void Write_WhileOthersOpen_IsNeverSeenHalfWritten()
    {
        var table = new QuantizedTable(_model.Spec, QuantizedFormat.Q8);
        var file = new QuantizedFile(_directory.File("a.rill-q8"), table, new byte[32], _reports.Add);
        using var memory = new VirtualMemory(table.ByteCount);
        new Span<byte>(memory.Start, (int)table.ByteCount).Fill(7);
        var start = (nint)memory.Start;

        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                file.Write(start, default);
            }
        });
        var opened = 0;
        while (!writing.IsCompleted || opened == 0)
        {
            using var mapped = file.TryOpen(_team, out var matrices, out _);
            opened += mapped is null ? 0 : 1;
            Assert.True(mapped is null || new Span<byte>((byte*)matrices, (int)table.ByteCount).IndexOfAnyExcept((byte)7) < 0);
        }

        Assert.Empty(_reports);
        Assert.Equal([file.Path], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void TryOpen_WithOneDamagedByteInAnyChunk_FindsIt()
    {
        var table = new QuantizedTable(_model.Spec, QuantizedFormat.Q8);
        var file = new QuantizedFile(_directory.File("a.rill-q8"), table, new byte[32], _reports.Add);
        using var memory = new VirtualMemory(table.ByteCount);
        file.Write((nint)memory.Start, default);
        var bytes = File.ReadAllBytes(file.Path);
        Assert.InRange(bytes.Length, ChunkedHash.ChunkBytes + 1, int.MaxValue);
        foreach (var position in new[] { bytes.Length - (int)table.ByteCount, bytes.Length - ChunkedHash.ChunkBytes, bytes.Length - 1 })
        {
            bytes[position] ^= 1;
            File.WriteAllBytes(file.Path, bytes);

            Assert.Null(file.TryOpen(_team, out _, out _));

            bytes[position] ^= 1;
        }

        Assert.Equal(3, _reports.Count(report => report.Contains("damaged", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void Run_WithWeightsOfAMappedFile_GivesTheirPagesBack()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Resident pages are read from /proc.");
        var table = new QuantizedTable(_model.Spec, QuantizedFormat.Q8);
        using var weights = Rill.Models.ModelWeights.Open(_model.Path);
        using var memory = new VirtualMemory(table.ByteCount);

        WeightQuantizing.Run(table, weights, (nint)memory.Start, _team, _ => { });

        // 5 MB of weights; norms and the pages that matrices share with them stay.
        Assert.InRange(ResidentKilobytes(Path.Combine(_model.Path, "model.safetensors")), 0, 1000);
    }

    private static long ResidentKilobytes(string file)
    {
        var lines = File.ReadAllLines("/proc/self/smaps");
        var from = Array.FindIndex(lines, line => line.EndsWith(file, StringComparison.Ordinal));
        return long.Parse(lines.Skip(from).First(line => line.StartsWith("Rss:", StringComparison.Ordinal))[4..^2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
