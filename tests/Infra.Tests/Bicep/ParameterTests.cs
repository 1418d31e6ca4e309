using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>The parameters of a deployment stand in four places: the template, the file that reads the variables, the guide and the workflow.</summary>
public sealed partial class ParameterTests
{
    /// <summary>What the guide calls a default that is no fixed value.</summary>
    private static readonly Dictionary<string, string> _defaultsInWords = new()
    {
        ["RILL_REGISTRY_SKU"] = "`Premium`; without a GPU `Basic`",
        ["RILL_BUDGET_START"] = "this month",
        ["AZURE_PRINCIPAL_ID"] = "you, `User`",
        ["AZURE_PRINCIPAL_TYPE"] = "you, `User`",
    };

    /// <summary>What scripts/deploy.sh finds out for itself.</summary>
    private static readonly string[] _notOfTheWorkflow = ["SERVICE_API_IMAGE_NAME", "RILL_BUDGET_START"];

    /// <summary>Set in the workflow without a default, or to what CI is.</summary>
    private static readonly string[] _ofTheWorkflowsOwn = ["AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_TYPE"];

    /// <summary>infra/main.bicepparam: parameter, the variable that it reads, and what it is without one.</summary>
    private static readonly List<(string Parameter, string Variable, string Default)> _file =
    [
        .. Assignment().Matches(Repository.Read("infra", "main.bicepparam"))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)),
    ];

    private static JsonElement Parameters
    {
        get
        {
            BicepCompiler.SkipUnlessAvailable();
            return CompiledTemplate.Root.At("parameters");
        }
    }

    [SkippableFact]
    public void EveryParameter_IsDescribed() => Assert.All(
        Parameters.EnumerateObject(),
        parameter => Assert.Matches(@"^[A-Z].*[.]$", parameter.Value.At("metadata.description").GetString()));

    [SkippableFact]
    public void EveryParameter_ReadsAVariable() =>
        Assert.Equal(
            Parameters.EnumerateObject().Select(parameter => parameter.Name).Except(["currentMonth"]).Order(StringComparer.Ordinal),
            _file.Select(entry => entry.Parameter).Order(StringComparer.Ordinal));

    [SkippableFact]
    public void EveryDefault_IsTheTemplatesOwn()
    {
        foreach (var (parameter, _, otherwise) in _file.Where(entry => Parameters.At(entry.Parameter).Has("defaultValue")))
        {
            var value = Parameters.At(parameter).At("defaultValue");
            var text = value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString();

            Assert.Equal((parameter, text), (parameter, text == "[]" ? "[" + otherwise + "]" : otherwise));
        }
    }

    [Fact]
    public void EveryVariable_StandsInTheGuideWithItsDefault()
    {
        var rows = Row().Matches(Repository.Read("docs", "deploy.md"))
            .SelectMany(match => Variable().Matches(match.Groups[1].Value).Select(name => (name.Groups[1].Value, match.Groups[2].Value.Trim())))
            .ToDictionary();

        foreach (var (_, variable, otherwise) in _file)
        {
            Assert.True(rows.TryGetValue(variable, out var documented), $"docs/deploy.md has no row for {variable}.");
            string[] right = _defaultsInWords.TryGetValue(variable, out var words) ? [words] : [otherwise is "" ? "none" : otherwise, $"`{otherwise}`"];
            Assert.True(right.Contains(documented), $"docs/deploy.md: the default of {variable} is {documented}, not {right[0]}.");
        }
    }

    [Fact]
    public void EveryVariable_ReachesTheWorkflowWithItsDefault()
    {
        // roll-out.yml sets the variables; what differs between deployments deploy.yml hands it as an input.
        var inputs = Yaml.Load(".github", "workflows", "deploy.yml").At("jobs.production.with").Entries().ToDictionary(entry => $"${{{{ inputs.{entry.Name} }}}}", entry => entry.Value.Text());
        var workflow = Yaml.Load(".github", "workflows", "roll-out.yml").At("env").Entries().ToDictionary(
            entry => entry.Name, entry => inputs.GetValueOrDefault(entry.Value.Text(), entry.Value.Text()));

        foreach (var (_, variable, otherwise) in _file.Where(entry => !_notOfTheWorkflow.Contains(entry.Variable)))
        {
            Assert.True(workflow.TryGetValue(variable, out var value), $"roll-out.yml does not set {variable}.");
            if (!_ofTheWorkflowsOwn.Contains(variable))
            {
                Assert.Equal(otherwise is "" ? $"${{{{ vars.{variable} }}}}" : $"${{{{ vars.{variable} || '{otherwise}' }}}}", value);
            }
        }
    }

    [GeneratedRegex(@"^param (\w+) = .*?readEnvironmentVariable\('([A-Z_]+)', '([^']*)'\)", RegexOptions.Multiline)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^\| (`[A-Z_`, ]+`) \| ([^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z_]+)`")]
    private static partial Regex Variable();
}
