using System.Globalization;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>The deployment's documents, where they repeat what the templates say or what can be recomputed.</summary>
public sealed class DocumentationTests
{
    private const decimal CpuPrice = 0.000024m;
    private const decimal MemoryPrice = 0.000003m;
    private const decimal FreeCpuSeconds = 180_000;
    private const decimal FreeMemorySeconds = 360_000;

    /// <summary>The columns of the tables, in their order, and what the GPU costs.</summary>
    private static readonly Dictionary<string, decimal> _gpuPrice = new() { ["none"] = 0m, ["t4"] = 0.000073m, ["a100"] = 0.000529m };

    [Fact]
    public void HourlyPrices_AreWhatTheirPartsComeTo()
    {
        var rows = Rows("docs/costs.md", "| GPU | vCPU | GiB |");

        Assert.Equal(5, rows.Count);
        foreach (var row in rows)
        {
            var second = _gpuPrice[row[0]] + Number(row[1]) * CpuPrice + Number(row[2]) * MemoryPrice;

            Assert.Equal(_gpuPrice[row[0]], Number(row[3]));
            Assert.Equal(second, Number(row[4]));
            Assert.Equal(Cents(second * 3600), Number(row[5]));
        }
    }

    [Fact]
    public void PricesPerThousandRequests_AreWhatTheirPartsComeTo()
    {
        var busy = Rows("docs/costs.md", "| tokens/s of the replica |");
        var alone = Rows("docs/costs.md", "| cooldown | seconds |");

        Assert.All(busy, row => Assert.Equal(1000 * 200 / Number(row[0]), Number(row[1])));
        Assert.All(busy, row => Assert.Equal(Prices(Number(row[1])), row[2..].Select(Number)));
        Assert.All(alone, row => Assert.Equal(45 + 10 + Leading(row[0]), Number(row[1])));
        Assert.All(alone, row => Assert.Equal(Prices(1000 * Number(row[1])), row[2..].Select(Number)));
    }

    /// <summary>At most the drain, and after it the 30 s that app.bicep adds to it for the grace.</summary>
    [Fact]
    public void PricesOfAStop_CountTheWholeGrace()
    {
        var rows = Rows("docs/costs.md", "| drain | seconds |");

        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(Leading(row[0]) + 30, Number(row[1])));
        Assert.All(rows, row => Assert.Equal(Prices(Number(row[1])), row[2..].Select(Number)));
    }

    [Fact]
    public void FreeGrant_IsWhatItLastsFor()
    {
        var row = Rows("docs/costs.md", "| GPU | vCPU | GiB |").First(row => row[0] == "none");
        var seconds = Math.Min(FreeCpuSeconds / Number(row[1]), FreeMemorySeconds / Number(row[2]));
        var costs = Repository.Read("docs", "costs.md");

        Assert.Contains($"{seconds / 3600:0} hours", costs, StringComparison.Ordinal);
        Assert.Contains($"{Math.Floor(seconds / 355):0} requests that come alone", costs, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentedReplica_IsTheOneThatIsDeployed()
    {
        foreach (var gpu in _gpuPrice.Keys)
        {
            var resources = Snapshot.Load(gpu == "none" ? "cpu" : gpu).Container.At("resources");
            var row = Rows("docs/costs.md", "| GPU | vCPU | GiB |").First(row => row[0] == gpu);

            Assert.Equal(resources.At("cpu").GetInt32(), Number(row[1]));
            Assert.Equal(resources.At("memory").GetString(), row[2] + "Gi");
        }
    }

    /// <summary>Pages that repeat an hour's price have that of the deployed replica.</summary>
    [Fact]
    public void HourlyPrices_AreTheSameOnEveryPage()
    {
        var prices = _gpuPrice.Keys.ToDictionary(gpu => gpu, gpu => Rows("docs/costs.md", "| GPU | vCPU | GiB |").First(row => row[0] == gpu)[5]);
        var readme = Repository.Read("README.md");

        Assert.All(Rows("docs/choose.md", "| GPU | $/h of a replica |"), row => Assert.Equal(prices[row[0]], row[1]));
        Assert.All(prices.Values, price => Assert.Contains($"${price}", readme, StringComparison.Ordinal));
    }

    /// <summary>What some seconds of a replica cost on each profile.</summary>
    private static IEnumerable<decimal> Prices(decimal seconds)
    {
        var rows = Rows("docs/costs.md", "| GPU | vCPU | GiB |");
        return _gpuPrice.Keys.Select(gpu => Cents(seconds * Number(rows.First(row => row[0] == gpu)[4])));
    }

    private static int Leading(string cell) => int.Parse(cell.Split(' ')[0], CultureInfo.InvariantCulture);

    private static decimal Cents(decimal dollars) => decimal.Round(dollars, 2, MidpointRounding.AwayFromZero);

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The cells of a table's rows, below the header that begins with <paramref name="header"/>.</summary>
    private static List<string[]> Rows(string file, string header) =>
    [
        .. Repository.Read(file).Split('\n').SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)),
    ];
}
