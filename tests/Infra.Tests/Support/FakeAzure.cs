namespace Rill.Infra.Tests.Support;

/// <summary>
/// A program named <c>az</c> that writes down how it was called and answers from a list; <c>azd</c> and <c>rill</c> are other names of
/// it. Whatever has no answer succeeds and prints nothing. A stand-in for <c>git</c> tells of a commit, so that no test depends on the
/// checkout's state.
/// </summary>
internal sealed class FakeAzure : IDisposable
{
    private const string Program =
        """
        #!/usr/bin/env bash
        here=$(dirname "$0")
        printf '%s %s\n' "$(basename "$0")" "$*" >>"$here/calls"
        printf '%s|%s|%s\n' "$1 $2 $3" "${SERVICE_API_IMAGE_NAME-}" "${RILL_BUDGET_START-}" >>"$here/environment"
        for ((i = 1; i < $#; i++)); do
          if [ "${!i}" = --file ]; then next=$((i + 1)); [ ! -f "${!next}" ] || wc -c <"${!next}" >>"$here/key-bytes"; fi
        done
        for answer in "$here"/answers/*; do
          [ -e "$answer" ] || continue
          pattern=$(sed -n 1p "$answer")
          if [[ "$*" == *"$pattern"* ]]; then
            tail -n +3 "$answer"
            exit "$(sed -n 2p "$answer")"
          fi
        done
        """;

    private const string Git =
        """
        #!/usr/bin/env bash
        case "$1" in
          rev-parse) echo 0123456789ab ;;
          status) cat "$(dirname "$0")/changes" 2>/dev/null || true ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-az-").FullName;
    private int _answers;

    public FakeAzure(bool loggedIn = true)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "answers"));
        Install("az", Program);
        Install("azd", Program);
        Install("rill", Program);
        Install("git", Git);
        if (!loggedIn)
        {
            Answer("account show", "", exitCode: 1);
        }
    }

    /// <summary>A call each, as <c>az ARGUMENTS</c>, in order.</summary>
    public IReadOnlyList<string> Calls => Lines("calls");

    /// <summary>The calls that change something.</summary>
    public IReadOnlyList<string> Changes =>
        [.. Calls.Where(call => !call.Contains(" show", StringComparison.Ordinal) && !call.Contains(" list", StringComparison.Ordinal))];

    /// <summary>For each call: its first three words, the image and the budget's start in its environment, divided by bars.</summary>
    public IReadOnlyList<string> Environments => Lines("environment");

    /// <summary>The lengths of the files that calls were given by <c>--file</c>.</summary>
    public IReadOnlyList<int> FileLengths => [.. Lines("key-bytes").Select(int.Parse)];

    /// <summary>Answers calls that contain <paramref name="pattern"/>; the first answer that fits counts.</summary>
    public FakeAzure Answer(string pattern, string output, int exitCode = 0)
    {
        File.WriteAllText(Path.Combine(_folder, "answers", $"{_answers++:000}"), $"{pattern}\n{exitCode}\n{(output.Length > 0 ? output + "\n" : "")}");
        return this;
    }

    /// <summary>Makes the checkout look changed.</summary>
    public void ChangeCheckout() => File.WriteAllText(Path.Combine(_folder, "changes"), " M README.md\n");

    /// <summary>Answers for a deployment whose outputs are their own names in small letters.</summary>
    public FakeAzure WithOutputs(params string[] names)
    {
        foreach (var name in names)
        {
            Answer($"properties.outputs.{name}.value", name.ToLowerInvariant());
        }

        return this;
    }

    /// <summary>Runs a script of scripts/ with these programs first on the path.</summary>
    public CommandResult Run(string script, params string[] arguments) => Run(script, [], arguments);

    /// <summary>The same, with more variables.</summary>
    public CommandResult Run(string script, Dictionary<string, string?> more, params string[] arguments) => Command.Run(
        "bash",
        [Repository.Find("scripts", script), .. arguments],
        new Dictionary<string, string?>(more.Concat(Variables().ExceptBy(more.Keys, variable => variable.Key))));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, string?> Variables() => new()
    {
        ["PATH"] = _folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
        ["RILL_COMMAND"] = Path.Combine(_folder, "rill"),
        ["RILL_ROLE_PAUSE"] = "0",
        ["RILL_READY_PAUSE"] = "0",
        ["RILL_READY_ATTEMPTS"] = "3",
        ["AZURE_ENV_NAME"] = null,
        ["AZURE_LOCATION"] = null,
        ["AZURE_PRINCIPAL_ID"] = null,
        ["RILL_MODEL"] = null,
        ["RILL_GPU"] = null,
    };

    private void Install(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string[] Lines(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllLines(Path.Combine(_folder, file)) : [];
}
