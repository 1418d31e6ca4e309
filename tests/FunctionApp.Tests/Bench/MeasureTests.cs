using System.Diagnostics;
using Rill.Bench;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class MeasureTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(50, 2.5)]
    [InlineData(75, 3.25)]
    [InlineData(100, 4)]
    public void Percentile_BetweenMeasurements_Interpolates(double percent, double expected) =>
        Assert.Equal(expected, new Summary([4, 1, 3, 2]).Percentile(percent), precision: 9);

    [Fact]
    public void Summary_OfNothing_Throws() => Assert.Throws<ArgumentException>(() => new Summary([]));

    [SkippableFact]
    public void CpuTime_OfABusyProcess_GrowsWithItsWork()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The benchmark reads the Linux kernel's clocks.");
        var before = ProcessUsage.CpuTime(Environment.ProcessId);
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(50);)
        {
        }

        Assert.True(ProcessUsage.CpuTime(Environment.ProcessId) > before);
    }

    [SkippableFact]
    public void ResidentBytes_OfThisProcess_IsSane()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The benchmark reads /proc.");
        Assert.InRange(ProcessUsage.ResidentBytes(Environment.ProcessId), 1_000_000, 100_000_000_000);
    }

    [Theory]
    [InlineData(0.2, "0.20")]
    [InlineData(12.34, "12.3")]
    [InlineData(99.96, "100")]
    [InlineData(-3.456, "-3.46")]
    [InlineData(-0.001, "0.00")]
    public void Number_OfAnySize_HasThreeDigits(double value, string expected) => Assert.Equal(expected, Table.Number(value));

    [Fact]
    public void ToString_OfATable_LinesUp()
    {
        var table = new Table("a", "long");
        table.Add("12", "3");

        Assert.Equal("| a  | long |\n| -- | ---- |\n| 12 | 3    |\n", table.ToString());
    }

    [Fact]
    public void Replace_OfOneSection_KeepsTheOthers()
    {
        const string File = "# Results\n\n## One\n\nold\n### Sub\n\n## Two\n\nkept\n";

        Assert.Equal("# Results\n\n## One\n\nnew\n\n## Two\n\nkept\n", ResultsFile.Replace(File, "## One\n\nnew\n"));
        Assert.Equal("# Results\n\n## One\n\nold\n### Sub\n\n## Two\n\nnew\n", ResultsFile.Replace(File, "## Two\n\nnew\n"));
        Assert.Equal(File + "\n## Three\n\nnew\n", ResultsFile.Replace(File, "## Three\n\nnew\n"));
    }

    [Fact]
    public void Parse_OfTheCommandLine_TakesPartAndLength()
    {
        Assert.Equal(BenchOptions.Parse(["all"])!.Parts, BenchOptions.Parse([])!.Parts);
        Assert.Equal("bench/run --quick model", BenchOptions.Parse(["model", "--quick"])!.Command);
        Assert.Null(BenchOptions.Parse(["models"]));
        Assert.Equal(["gpu"], BenchOptions.Parse(["gpu"])!.Parts);
        Assert.DoesNotContain("gpu", BenchOptions.Parse(["all"])!.Parts);
        Assert.Equal("bench/run soak 30", BenchOptions.Parse(["soak", "30"])!.Command);
        Assert.Null(BenchOptions.Parse(["soak", "0"]));
    }

    [Fact]
    public void Parse_OfEngine_TakesShapeAndFormat()
    {
        var options = BenchOptions.Parse(["engine", "--dtype", "q8", "--shape", "m"])!;

        Assert.Equal([ModelShape.M], options.Shapes);
        Assert.Equal(WeightFormat.Q8, options.Format);
        Assert.False(options.IsKept);    // it would replace a whole table by a part
        Assert.True(BenchOptions.Parse(["engine", "--shape", "S"])!.IsKept);
        Assert.Null(BenchOptions.Parse(["engine", "--shape", "XL"]));
        Assert.Null(BenchOptions.Parse(["engine", "--dtype", "f32"]));
    }
}
