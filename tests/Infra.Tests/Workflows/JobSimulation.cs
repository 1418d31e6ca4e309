using System.Data;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>What became of a step.</summary>
/// <param name="Name">Its name, or the first line of its script.</param>
/// <param name="Result">success, failure or skipped.</param>
/// <param name="Output">What it printed.</param>
internal sealed record StepResult(string Name, string Result, string Output);

/// <summary>
/// Runs the scripts of a job's steps as they stand, one after the other: in an empty folder with stand-ins for the programs and for the
/// repository's own scripts, or in a checkout with its real ones and an Azure that keeps state. Actions are left to the test; values of contexts come from the test, and those of steps from what the steps before
/// have written. Not imitated: matrices, services, containers, and functions of expressions other than failure().
/// </summary>
internal sealed partial class JobSimulation : IDisposable
{
    private static readonly string[] _programs = ["az", "docker", "df", "func", "gh", "git", "npm", "sudo", "dotnet"];

    private const string StandIn =
        """
        #!/usr/bin/env bash
        name=${0#"$SIMULATION/"}; name=${name#programs/}
        echo "$name $*" >>"$SIMULATION/calls"
        [ "$name" != docker ] || cat >>"$SIMULATION/input"
        for answer in "$SIMULATION"/answers/*; do
          [ -e "$answer" ] || continue
          mapfile -t lines <"$answer"
          if [[ "$name $*" == *"${lines[0]}"* ]]; then [ ${#lines[@]} -lt 3 ] || printf '%s\n' "${lines[@]:2}"; exit "${lines[1]}"; fi
        done
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-job-").FullName;
    private readonly Dictionary<string, string> _outputs = [];
    private readonly Dictionary<string, string> _outcomes = [];
    private readonly StandInAzure? _azure;
    private int _answers;

    public JobSimulation(StandInAzure azure)
    {
        _azure = azure;
        Directory.CreateDirectory(Path.Combine(_folder, "answers"));
        Directory.CreateDirectory(Path.Combine(_folder, "runner"));
        foreach (var program in (string[])["programs/sudo", "programs/df"]) // what would change this machine
        {
            Directory.CreateDirectory(Path.Combine(_folder, "programs"));
            Install(program, StandIn);
        }
    }

    public JobSimulation()
    {
        foreach (var folder in (string[])["answers", "programs", "scripts", "runner"])
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        }

        foreach (var script in Directory.EnumerateFiles(Repository.Find("scripts"), "*.sh").Select(Path.GetFileName))
        {
            Install("scripts/" + script, StandIn);
        }

        foreach (var program in _programs)
        {
            Install("programs/" + program, StandIn);
        }
    }

    /// <summary>A folder that is the checkout, and in which files of the test may lie.</summary>
    public string Folder => _folder;

    /// <summary>The values of contexts: <c>inputs.gpu</c>, <c>vars.RILL_GPU</c>, <c>github.token</c>. Absent ones are empty.</summary>
    public Dictionary<string, string> Contexts { get; } = [];

    /// <summary>The number of the workflow's run.</summary>
    public int RunNumber { get; init; } = 7;

    /// <summary>What the test does in place of an action, by the step's name.</summary>
    public Action<string>? OnAction { get; set; }

    /// <summary>Each call of a stand-in, as <c>NAME ARGUMENTS</c>.</summary>
    public IReadOnlyList<string> Calls => Lines("calls");

    /// <summary>What stand-ins were given on their standard input.</summary>
    public IReadOnlyList<string> Input => Lines("input");

    /// <summary>What steps have written for later ones, as <c>steps.ID.outputs.NAME</c>.</summary>
    public IReadOnlyDictionary<string, string> Outputs => _outputs;

    /// <summary>Lets calls that contain <paramref name="pattern"/> print and end so; the first that fits counts.</summary>
    public JobSimulation Answer(string pattern, string output, int exitCode = 0)
    {
        File.WriteAllText(Path.Combine(_folder, "answers", $"{_answers++:000}"), $"{pattern}\n{exitCode}\n{(output.Length > 0 ? output + "\n" : "")}");
        return this;
    }

    /// <summary>Puts a program of the test, in bash, in the place of a stand-in: <c>programs/func</c>, <c>scripts/smoke.sh</c>.</summary>
    public void Install(string path, string script)
    {
        File.WriteAllText(Path.Combine(_folder, path), script);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_folder, path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Runs a job.</summary>
    public IReadOnlyList<StepResult> Run(string workflow, string job)
    {
        var file = new WorkflowFile(workflow);
        var environment = EnvironmentOf(file.Root).Concat(EnvironmentOf(file.Root.At($"jobs.{job}"))).ToList();
        var results = new List<StepResult>();
        foreach (var step in file.StepsOf(job))
        {
            var failed = results.Any(result => result.Result == "failure");
            if (step.Find("run") is not null)
            {
                results.Add(RunStep(step, environment, failed));
            }
            else if (!failed)
            {
                OnAction?.Invoke(step.Find("name")?.Text() ?? step.At("uses").Text());
            }
        }

        return results;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private StepResult RunStep(YamlNode step, IEnumerable<(string Name, string Value)> environment, bool failed)
    {
        var script = step.At("run").Text();
        var name = step.Find("name")?.Text() ?? script.Split('\n')[0];
        var id = step.Find("id")?.Text() ?? "";
        if (!IsDue(step.Find("if")?.Text(), failed))
        {
            _outcomes[id] = "skipped";
            return new StepResult(name, "skipped", "");
        }

        var outputFile = Path.Combine(_folder, "runner", "output");
        File.WriteAllText(outputFile, "");
        var variables = environment.Concat(EnvironmentOf(step)).GroupBy(variable => variable.Name).ToDictionary(group => group.Key, string? (group) => group.Last().Value);
        foreach (var (variable, value) in RunnerVariables(outputFile))
        {
            variables[variable] = value;
        }

        var run = RunBash(script, step.Find("working-directory")?.Text() ?? ".", variables);
        foreach (var line in File.ReadAllLines(outputFile))
        {
            _outputs[$"steps.{id}.outputs.{line.Split('=', 2)[0]}"] = line.Split('=', 2)[1];
        }

        _outcomes[id] = run.ExitCode == 0 ? "success" : "failure";
        return new StepResult(name, _outcomes[id], run.All);
    }

    private CommandResult RunBash(string script, string folder, Dictionary<string, string?> variables)
    {
        var working = Path.Combine(_azure?.Folder ?? _folder, folder);
        Directory.CreateDirectory(working);
        var lines = $"exec </dev/null\nPATH='{Path.Combine(_folder, "programs")}':$PATH\ncd '{working}'\n{script}";
        if (_azure is null)
        {
            return Command.Run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", lines], variables);
        }

        _azure.Variables.Clear();
        foreach (var (name, value) in variables)
        {
            _azure.Variables[name] = value;
        }

        return _azure.Bash("set +u\n" + lines);
    }

    private Dictionary<string, string> RunnerVariables(string outputFile) => new()
    {
        ["SIMULATION"] = _folder,
        ["GITHUB_OUTPUT"] = outputFile,
        ["GITHUB_STEP_SUMMARY"] = Path.Combine(_folder, "runner", "summary"),
        ["GITHUB_WORKSPACE"] = _folder,
        ["GITHUB_REPOSITORY"] = "Some/Rill",
        ["GITHUB_REF_NAME"] = "v1.2.3",
        ["GITHUB_RUN_NUMBER"] = RunNumber.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["GITHUB_SHA"] = new string('a', 40),
        ["GITHUB_ACTOR"] = "somebody",
        ["GITHUB_SERVER_URL"] = "https://github.com",
        ["RUNNER_TEMP"] = Path.Combine(_folder, "runner"),
    };

    // Outcomes and failure() become true or false, and what is left is the algebra of them.
    private bool IsDue(string? condition, bool failed)
    {
        if (condition is null)
        {
            return !failed;
        }

        var algebra = Outcome().Replace(condition, match => _outcomes.GetValueOrDefault(match.Groups[1].Value) == match.Groups[2].Value ? "true" : "false")
            .Replace("failure()", failed ? "true" : "false", StringComparison.Ordinal)
            .Replace("&&", "AND", StringComparison.Ordinal).Replace("||", "OR", StringComparison.Ordinal);
        return (bool)new DataTable { Locale = System.Globalization.CultureInfo.InvariantCulture }.Compute(algebra, "");
    }

    private IEnumerable<(string Name, string Value)> EnvironmentOf(YamlNode node) =>
        node.Find("env")?.Entries().Select(entry => (entry.Name, Expression().Replace(entry.Value.Text(), match => Evaluate(match.Groups[1].Value)))) ?? [];

    // A context's value, or what stands behind || where it is empty.
    private string Evaluate(string expression)
    {
        foreach (var operand in expression.Split("||", StringSplitOptions.TrimEntries))
        {
            Assert.Matches(@"^('[^']*'|[\w.-]+)$", operand);
            var value = operand.StartsWith('\'') ? operand.Trim('\'') : Contexts.GetValueOrDefault(operand) ?? _outputs.GetValueOrDefault(operand) ?? "";
            if (value.Length > 0)
            {
                return value;
            }
        }

        return "";
    }

    private string[] Lines(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllLines(Path.Combine(_folder, file)) : [];

    [GeneratedRegex(@"\$\{\{\s*(.+?)\s*\}\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"steps\.([\w-]+)\.outcome == '(\w+)'")]
    private static partial Regex Outcome();
}
