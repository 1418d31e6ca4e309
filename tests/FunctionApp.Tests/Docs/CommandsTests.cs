using System.Diagnostics;
using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Docs;

/// <summary>
/// Every command in a block of README.md and docs/*.md is run here, or by a test that is named here, or says beside it that it was not run.
/// A comment that begins with "not run" is of its line, or, alone on a line, of the commands up to the next empty line.
/// </summary>
[Collection(nameof(ScriptedServer))]
public sealed partial class CommandsTests(ScriptedServer profile)
{
    private const string NotRun = "# not run";

    /// <summary>The beginnings of commands that other tests run, with these tests.</summary>
    private static readonly (string Begin, string Test)[] _elsewhere =
    [
        ("./run", "RunScriptTests.Run_InAFreshClone_SaysItsPhasesWithTheirTimesAndServes"),
        ("./test", "TestScriptTests.Test_OfAProject_CountsItsResults"),
        ("./rill conformance --url http://localhost:7071", "ConformanceTests.Rill_FailsNoCase"),
        ("curl http://localhost:7071/v1/embeddings", "EmbeddingsTests.DotNetClient_WithDimensions_GetsThem"),
        ("./rill chat ", "ChatTerminalTests.Commands_ChangeWhatIsAsked"),
        ("echo 'Tell me a story about a river.' | ./rill chat", "ChatPipeTests.Chat_OfAPipe_PrintsTheAnswerAlone"),
        ("source <(./rill completion bash)", "CompletionTests.Tab_CompletesTheLine"),
        ("./rill completion fish", "CompletionTests.Tab_CompletesTheLine"),
        ("./rill bench ", "BenchTests.Bench_OfRill_CountsWhatTheServerCounts"),
        ("./rill models ", "CommandTests.PushListPullVerify_ThroughPipes"),
        ("export Rill__Store__BlobConnection=UseDevelopmentStorage=true", "CommandTests.PushListPullVerify_ThroughPipes"),
        ("tar -xzf rill-X.Y.Z-linux-x64.tar.gz", "ArchiveTests.Archive_WhereNoDotnetCanBeFound_Streams"),
        ("rill-X.Y.Z-linux-x64/", "ArchiveTests.Archive_WhereNoDotnetCanBeFound_Streams"),
        ("sha256sum --check SHA256SUMS", "ArchiveTests.Checksums_AreOfTheArchiveAndItsBillOfMaterials"),
    ];

    /// <summary>Pages whose blocks are walked through by a test of their own.</summary>
    private static readonly (string Page, string Test)[] _walked = [("docs/deploy.md", "GuideTests.EveryBlockOfCommands_IsFollowedBySomeTest")];

    private readonly RillServer _server = profile.Server;

    /// <summary>The blocks that have commands to run here: page, line, commands.</summary>
    public static TheoryData<string, int, string> Runnable
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (var (page, line, lines) in Blocks().Where(block => block.Left.Length > 0))
            {
                data.Add(page, line, lines);
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Runnable))]
    public async Task Block_AsItStands_Succeeds(string page, int line, string commands)
    {
        Skip.If(OperatingSystem.IsWindows(), "The commands are for bash.");
        var script = $$"""
            rill() { dotnet '{{BuiltPrograms.Rill}}' "$@"; }
            curl() { command curl --fail-with-body --silent --show-error "$@"; }
            KEY=none
            {{commands.Replace("http://localhost:7071", Address, StringComparison.Ordinal).Replace("https://HOST", Address, StringComparison.Ordinal).Replace("./rill ", "rill ", StringComparison.Ordinal)}}
            """;
        var run = await ProcessBounds.RunAsync(
            new ProcessStartInfo("bash") { ArgumentList = { "-euo", "pipefail", "-c", script }, WorkingDirectory = BuiltPrograms.Root }, ProcessBounds.Patience);

        Assert.True(run.ExitCode == 0, $"{page}, line {line}:\n{commands}\n{run.Output}\n{run.Error}");
        Assert.NotEmpty(run.Output);
    }

    [Fact]
    public void Blocks_AreFound()
    {
        Assert.True(Blocks().Count() > 10);
        Assert.True(Runnable.Count > 5);
    }

    /// <summary>Also of what other tests run, with values of their own.</summary>
    [SkippableFact]
    public async Task EveryOptionOfACommand_IsInItsHelp()
    {
        Skip.If(OperatingSystem.IsWindows(), "The commands are for bash.");
        var lines = Pages().SelectMany(page => Command().Matches(File.ReadAllText(Path.Combine(BuiltPrograms.Root, page)))).ToLookup(
            match => match.Groups["command"].Value.Trim(), match => Option().Matches(match.Groups["rest"].Value).Select(option => option.Value));
        Assert.True(lines.Count > 8, $"Only {lines.Count} commands were found.");
        foreach (var command in lines.Where(command => command.Any(options => options.Any())))
        {
            var help = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", [BuiltPrograms.Rill, .. command.Key.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]), ProcessBounds.Patience);

            Assert.All(command.SelectMany(options => options).Distinct(), option => Assert.Matches($@"(?<![\w-]){option}(?![\w-])", help.Output));
        }
    }

    [Fact]
    public void EveryTestThatIsNamedHere_Exists()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(BuiltPrograms.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();

        Assert.All(_elsewhere.Concat(_walked).Select(entry => entry.Item2.Split('.')).Distinct(), test => Assert.Contains(sources, source =>
            Regex.IsMatch(source, $@"class {test[0]}\b") && Regex.IsMatch(source, $@"\b{test[1]}\(")));
    }

    private string Address => _server.BaseUri.ToString().TrimEnd('/');

    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(Path.Combine(BuiltPrograms.Root, "docs"), "*.md").Order(StringComparer.Ordinal)
        .Select(file => "docs/" + Path.GetFileName(file)).Prepend("README.md");

    /// <summary>Each block of a shell's commands, with what is left of it to be run.</summary>
    private static IEnumerable<(string Page, int Line, string Left)> Blocks()
    {
        foreach (var page in Pages().Except(_walked.Select(entry => entry.Page)))
        {
            var text = File.ReadAllText(Path.Combine(BuiltPrograms.Root, page));
            foreach (var block in Fence().Matches(text).Cast<Match>())
            {
                yield return (page, text[..block.Index].Count(character => character == '\n') + 2, Left(block.Groups["lines"].Value));
            }
        }
    }

    /// <summary>The commands of a block without those that others run, and without those that say that they were not run.</summary>
    private static string Left(string lines)
    {
        var left = new List<string>();
        var (passing, continued) = (false, false);
        foreach (var line in lines.Split('\n').Select(line => line.TrimEnd()))
        {
            var isOther = line.Contains(NotRun, StringComparison.Ordinal) || _elsewhere.Any(entry => line.StartsWith(entry.Begin, StringComparison.Ordinal));
            passing = line.Length > 0 && (passing || line.StartsWith(NotRun, StringComparison.Ordinal));
            if (!passing && !isOther && !continued && line.Length > 0 && !line.StartsWith('#'))
            {
                left.Add(line);
            }

            continued = (isOther || continued) && (line.EndsWith('\\') || line.EndsWith('|'));
        }

        return string.Join('\n', left);
    }

    /// <summary>A call of <c>rill</c>, up to a comment, a pipe or the end of the code.</summary>
    [GeneratedRegex(@"(?<![\w./])(?:\./)?rill (?<command>(?:models )?[a-z]+)(?<rest>(?: +(?:\\\n|[^\s#|`\\]+))*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex("^```(?:sh|bash)\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
