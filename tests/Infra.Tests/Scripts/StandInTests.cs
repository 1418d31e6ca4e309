using System.Text.RegularExpressions;
using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>The stand-ins refuse what the programs do not know, and print as they do: else the tests beside this one would show nothing.</summary>
public sealed partial class StandInTests
{
    public StandInTests() => Skip.If(OperatingSystem.IsWindows(), "The stand-ins are for bash.");

    [SkippableFact]
    public void Calls_ThatTheProgramsDoNotKnow_AreRefusedLoudly()
    {
        using var azure = new StandInAzure(Checkout.WithoutGit).Deployed();

        Assert.All(
            [
                ("az keyvault secret lst --vault-name x", "misspelled or not recognized"),
                ("az keyvault secret list --vault x", "unrecognized arguments: --vault"),
                ("az keyvault secret list", "required: --vault-name"),
                ("az account show --output xml", "invalid choice: 'xml'"),
                ("az account show --query '[?'", "failed"),
                ("az account show there", "unrecognized arguments: there"),
                ("az resource show --resource-group rg-test --resource-type Microsoft.App/containerApp --name x", "was not found"),
                ("az rest --method PATCH --url /subscriptions/x --body '{}'", "Not Found"),
                ("azd ups", "not recognized by azd"),
                ("azd deploy --time 7", "unrecognized arguments: --time"),
                ("docker build --arg x .", "unrecognized arguments: --arg"),
                ("docker push cr.example/rill:a", "denied"),
                ("gh api repos/org/repo/actions --jq .x", "404"),
            ],
            ((string Call, string Message) refused) =>
            {
                var run = azure.Bash(refused.Call);
                Assert.NotEqual(0, run.ExitCode);
                Assert.Contains(refused.Message, run.Errors, StringComparison.Ordinal);
            });
    }

    [SkippableFact]
    public void Output_IsAsAzPrintsIt()
    {
        using var azure = new StandInAzure(Checkout.WithoutGit).Deployed("cr/rill:a");

        Assert.All(
            [
                ("az account show --query name --output tsv", "first\n"),
                ("az account show --query '[name, nothing, `true`]' --output tsv", "first\nNone\ntrue\n"),
                ("az account show --query '[[name, nothing, `true`]]' --output tsv", "first\tNone\tTrue\n"),
                ("az account show --query nothing --output tsv", ""),
                ("az account show --output none", ""),
            ],
            ((string Call, string Output) known) => Assert.Equal(known.Output, azure.Bash(known.Call).Output));
    }

    [Fact]
    public void Table_HasTheCommandsThatScriptsAndGuideUse_AndNoOthers()
    {
        var texts = Directory.EnumerateFiles(Repository.Find("scripts"), "*.sh").Append(Repository.Find("docs", "deploy.md"))
            .Select(file => File.ReadAllText(file).Replace("\\\n", " ", StringComparison.Ordinal)).ToList();
        var known = AzCommands.All.Select(command => command.Words).ToHashSet();

        Assert.All(known, words => Assert.Contains(texts, text => Regex.IsMatch(text, $@"\b(az|ask) {Regex.Escape(words)}\b")));
        var used = texts.SelectMany(text => Used().Matches(text)).Select(match => match.Groups[1].Value.Trim()).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.All(used, words => Assert.Contains(words, known));
    }

    /// <summary>The words of a command up to its first option; in prose only what stands in quotes as code.</summary>
    [GeneratedRegex(@"(?:^ *|`|\$\(|change |ask |: |command |! |if |&& )az ((?:[a-z][a-z-]* )+)(?=--|…|&&|#)", RegexOptions.Multiline)]
    private static partial Regex Used();
}
