using Rill.Core.Tests.Models;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Cpu.Quantization;

/// <summary>What a start with quantized weights leaves for the next one, and when the next one may use it.</summary>
public sealed class QuantizedCacheTests : IDisposable
{
    private const string AtThisStart = "quantized at this start", Earlier = "kept by an earlier start";

    private readonly TinyModel _model = new();
    private readonly List<string> _reports = [];

    private string Kept => Path.Combine(_model.Path, "model.rill-q8");

    private string Weights => Path.Combine(_model.Path, "model.safetensors");

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData(TorchDataType.Q8, "model.rill-q8")]
    [InlineData(TorchDataType.Q4, "model.rill-q4")]
    public void Load_AgainAfterQuantizing_MapsTheSameBits(TorchDataType type, string name)
    {
        var first = Start(type);
        Assert.True(File.Exists(Path.Combine(_model.Path, name)));
        var second = Start(type);

        Assert.Equal($"{type} ({AtThisStart})", first.Precision);
        Assert.Equal($"{type} ({Earlier})", second.Precision);
        Assert.Equal(first.Distribution, second.Distribution);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Empty(_reports);
    }

    [Fact]
    public void Load_OfBothFormats_KeepsBoth()
    {
        Start(TorchDataType.Q8);
        Start(TorchDataType.Q4);

        Assert.Contains(Earlier, Start(TorchDataType.Q8).Precision, StringComparison.Ordinal);
        Assert.Contains(Earlier, Start(TorchDataType.Q4).Precision, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "it is no file of quantized weights")]
    [InlineData(8, "another version of Rill has written it")]
    [InlineData(12, "another version of Rill has written it")]
    [InlineData(16, "it was made from other weights")]
    [InlineData(47, "it was made from other weights")]
    [InlineData(48, "its content is damaged")]
    [InlineData(64, "its content is damaged")]
    [InlineData(88, "its table is damaged")]
    [InlineData(100, "its table is damaged")]
    [InlineData(4096, "its content is damaged")]
    [InlineData(-1, "its content is damaged")]
    public void Load_AFlippedByte_IsNoticedAndMended(int position, string reason)
    {
        var whole = Start();
        var bytes = File.ReadAllBytes(Kept);
        bytes[position < 0 ? ^-position : position] ^= 0x10;
        File.WriteAllBytes(Kept, bytes);

        AssertMadeAnew(whole, reason);
    }

    [Theory]
    [InlineData(0, "cannot be read")]
    [InlineData(100, "it has 100 bytes instead of")]
    [InlineData(5000, "it has 5000 bytes instead of")]
    public void Load_ATruncatedFile_IsNoticedAndMended(int length, string reason)
    {
        var whole = Start();
        using (var file = File.OpenWrite(Kept))
        {
            file.SetLength(length);
        }

        AssertMadeAnew(whole, reason);
    }

    [Fact]
    public void Load_TheOtherFormatsFile_IsNoticedAndMended()
    {
        var whole = Start();
        Start(TorchDataType.Q4);
        File.Copy(Path.Combine(_model.Path, "model.rill-q4"), Kept, overwrite: true);

        AssertMadeAnew(whole, "its table is damaged");
    }

    [Fact]
    public void Load_OtherWeightsOfTheSameShapesAndTime_AreQuantizedAnew()
    {
        var before = Start();
        var time = File.GetLastWriteTimeUtc(Weights);
        SafetensorsWriter.Write(Weights, [.. _model.Weights.Select(weight =>
            SafetensorsWriter.BFloat16(weight.Key, weight.Value.Shape, [.. weight.Value.Values.Select(value => weight.Value.Shape.Length == 2 ? value / 2 : value)]))]);
        File.SetLastWriteTimeUtc(Weights, time);

        var after = Start();

        Assert.Contains(AtThisStart, after.Precision, StringComparison.Ordinal);
        Assert.NotEqual(before.Distribution, after.Distribution);
        Assert.Contains("it was made from other weights", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightsWrittenLater_AreQuantizedAnew()
    {
        var whole = Start();
        File.SetLastWriteTimeUtc(Weights, File.GetLastWriteTimeUtc(Weights).AddSeconds(1));

        AssertMadeAnew(whole, "or they have been written since");
    }

    [Fact]
    public void Load_WithoutAPlaceToWrite_ServesAndSaysSoOnce()
    {
        var whole = Start(cache: "off");
        Assert.False(File.Exists(Kept));
        var inTheWay = Path.Combine(_model.Path, "file");
        File.WriteAllText(inTheWay, "");

        var served = Start(cache: Path.Combine(inTheWay, "folder"));

        Assert.Equal(whole.Distribution, served.Distribution);
        Assert.Contains("could not be kept", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Load_FromAFolderThatMayNotBeWritten_ServesAndSaysSoOnce()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Whoever runs this may write everywhere.");
#pragma warning disable CA1416    // skipped on Windows
        File.SetUnixFileMode(_model.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Contains(AtThisStart, Start().Precision, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(_model.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
#pragma warning restore CA1416

        Assert.Contains("could not be kept", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithANamedFolder_KeepsThereAFileForEachModel()
    {
        using var folder = new TemporaryDirectory();
        using var other = new TinyModel(changes: """{"rope_theta":20000.0}""");
        var cache = Path.Combine(folder.Path, "new");
        var whole = Start(cache: cache);
        Start(cache: cache, model: other);

        Assert.Equal(2, Directory.GetFiles(cache, "*.rill-q8").Length);
        Assert.False(File.Exists(Kept));
        var again = Start(cache: cache);
        Assert.Contains(Earlier, again.Precision, StringComparison.Ordinal);
        Assert.Equal(whole.Distribution, again.Distribution);
    }

    [Fact]
    public void Load_SeveralAtOnce_AllServeAndLeaveOneFile()
    {
        var started = new Started[4];
        Parallel.For(0, started.Length, index => started[index] = Start());

        Assert.All(started, start => Assert.Equal(started[0].Distribution, start.Distribution));
        Assert.Equal([Kept], Directory.GetFiles(_model.Path, "model.rill-q8*"));
        Assert.Contains(Earlier, Start().Precision, StringComparison.Ordinal);
        Assert.Empty(_reports);
    }

    [Fact]
    public void Load_AfterAWriterWasEnded_RemovesWhatItLeftAndNotWhatIsBeingWritten()
    {
        var (left, written, recent) = ($"{Kept}.1.partial", $"{Kept}.2.partial", $"{Kept}.3.partial");
        File.WriteAllText(left, "half");
        File.WriteAllText(written, "half");
        File.WriteAllText(recent, "whole, and about to be renamed");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-2));
        File.SetLastWriteTimeUtc(written, DateTime.UtcNow.AddMinutes(-2));
        using var writer = File.OpenHandle(written, FileMode.Open, FileAccess.Write, FileShare.None);

        Start();

        Assert.False(File.Exists(left));
        Assert.True(File.Exists(written));
        Assert.True(File.Exists(recent));
        Assert.True(File.Exists(Kept));
    }

    [SkippableFact]
    public async Task Load_WithPipesInPlaceOfKeptWeights_DoesNotWaitForThem()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "mkfifo is needed.");
        var left = $"{Kept}.1.partial";
        System.Diagnostics.Process.Start("mkfifo", [Kept, left]).WaitForExit();
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddMinutes(-2));

        await Task.Run(() => Start()).WaitAsync(TimeSpan.FromMinutes(3));

        Assert.False(File.Exists(left));
        Assert.Contains("is a pipe", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Contains(Earlier, Start().Precision, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("auto")]
    [InlineData("off")]
    public void Load_OfQuantizedWeights_KeepsNoMappingOfTheOriginals(string cache)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Mappings are read from /proc.");
        for (var start = 0; start < 2; start++)
        {
            using var runner = Load(TorchDataType.Q8, cache, _model);

            Assert.DoesNotContain(Weights, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
            Assert.Equal(cache == "auto" && start == 1, File.ReadAllText("/proc/self/maps").Contains(Kept, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Load_FromOtherTypes_GivesTheSameBitsWhereTheyHoldTheSameValues()
    {
        var whole = Start(cache: "off");
        using var wide = new TinyModel(float32: true);
        using var half = new TinyModel();
        SafetensorsWriter.Write(Path.Combine(half.Path, "model.safetensors"), [.. half.Weights.Select(weight => new SafetensorsWriter.Entry(
            weight.Key, "F16", weight.Value.Shape, [.. weight.Value.Values.SelectMany(value => BitConverter.GetBytes((Half)value))]))]);

        Assert.Equal(whole.Distribution, Start(cache: "off", model: wide).Distribution);
        Assert.All(whole.Distribution.Zip(Start(cache: "off", model: half).Distribution), pair => Assert.Equal(pair.First, pair.Second, 0.05f));
    }

    [Fact]
    public void Load_ForTheTensorDecoder_IsRefusedWithASentence()
    {
        var error = Assert.Throws<Rill.Models.ModelFormatException>(() => RunnerDriver.Load(_model, TorchDataType.Q8, tensors: true));

        Assert.Contains("Q8 weights need the CPU's kernels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WhileQuantizing_TellsItsProgress()
    {
        var shares = new List<double>();
        TorchModelRunnerFactory.Load(_model.Path, new TorchRunnerOptions { DataType = TorchDataType.Q8, KeyValueMemoryMiB = 64, Threads = 2, Quantizing = shares.Add }).Dispose();

        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares[^1], 0.99, 1);
    }

    private void AssertMadeAnew(Started whole, string reason)
    {
        var again = Start();

        Assert.Contains(AtThisStart, again.Precision, StringComparison.Ordinal);
        Assert.Equal(whole.Distribution, again.Distribution);
        Assert.Contains(reason, Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Contains(Earlier, Start().Precision, StringComparison.Ordinal);
        Assert.Single(_reports);
    }

    /// <summary>Loads, computes a distribution and ends, as a process would.</summary>
    private Started Start(TorchDataType type = TorchDataType.Q8, string cache = "auto", TinyModel? model = null)
    {
        using var runner = Load(type, cache, model ?? _model);
        return new(runner.Precision, runner.Fingerprint, RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), 9)));
    }

    private TorchModelRunner Load(TorchDataType type, string cache, TinyModel model) => TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions
    {
        DataType = type,
        SlotCount = 2,
        KeyValueMemoryMiB = 64,
        Threads = 2,
        QuantizedCache = cache,
        Report = note =>
        {
            lock (_reports)
            {
                _reports.Add(note);
            }
        },
    });

    private sealed record Started(string Precision, string Fingerprint, float[] Distribution);
}
