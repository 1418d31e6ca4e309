using System.Globalization;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>The deployment's documents, where they repeat what the templates say or what can be recomputed.</summary>
public sealed partial class DocumentationTests
{
    private const decimal CpuPrice = 0.000024m;
    private const decimal MemoryPrice = 0.000003m;
    private static readonly Dictionary<string, decimal> _gpuPrice = new() { ["t4"] = 0.000073m, ["a100"] = 0.000529m };

    [Fact]
    public void EveryVariableOfADeployment_IsDocumentedAndReachesTheWorkflow()
    {
        var variables = Variable().Matches(Repository.Read("infra", "main.bicepparam")).Select(match => match.Groups[1].Value).ToList();
        var guide = Repository.Read("docs", "deploy.md");
        var workflow = Yaml.Load(".github", "workflows", "deploy.yml").At("env").Entries().Select(entry => entry.Name).ToList();

        Assert.NotEmpty(variables);
        Assert.All(variables, variable => Assert.Contains($"`{variable}`", guide, StringComparison.Ordinal));
        Assert.Empty(variables.Except(["SERVICE_API_IMAGE_NAME", "RILL_BUDGET_START"]).Except(workflow)); // those two the script finds out
    }

    [Fact]
    public void HourlyPrices_AreWhatTheirPartsComeTo()
    {
        var rows = Rows("docs/costs.md", "| GPU | vCPU | GiB |");

        Assert.Equal(4, rows.Count);
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
        var t4 = PerSecond("t4");
        var a100 = PerSecond("a100");
        var busy = Rows("docs/costs.md", "| tokens/s of the replica |");
        var alone = Rows("docs/costs.md", "| cooldown | seconds |");

        Assert.All(busy, row => Assert.Equal(1000 * 200 / Number(row[0]), Number(row[1])));
        Assert.All(busy, row => Assert.Equal((Cents(Number(row[1]) * t4), Cents(Number(row[1]) * a100)), (Number(row[2]), Number(row[3]))));
        Assert.All(alone, row => Assert.Equal(45 + 10 + int.Parse(row[0].Split(' ')[0], CultureInfo.InvariantCulture), Number(row[1])));
        Assert.All(alone, row => Assert.Equal((Cents(1000 * Number(row[1]) * t4), Cents(1000 * Number(row[1]) * a100)), (Number(row[2]), Number(row[3]))));
    }

    [Fact]
    public void DocumentedReplica_IsTheOneThatIsDeployed()
    {
        foreach (var gpu in _gpuPrice.Keys)
        {
            var resources = Snapshot.Load(gpu).Container.At("resources");
            var row = Rows("docs/costs.md", "| GPU | vCPU | GiB |").First(row => row[0] == gpu);

            Assert.Equal(resources.At("cpu").GetInt32(), Number(row[1]));
            Assert.Equal(resources.At("memory").GetString(), row[2] + "Gi");
        }
    }

    [GeneratedRegex("readEnvironmentVariable\\('([A-Z_]+)'")]
    private static partial Regex Variable();

    private static decimal PerSecond(string gpu)
    {
        var row = Rows("docs/costs.md", "| GPU | vCPU | GiB |").First(row => row[0] == gpu);
        return Number(row[4]);
    }

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
